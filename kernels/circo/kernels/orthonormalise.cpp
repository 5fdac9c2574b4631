#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/small_matrix.hpp>

namespace circo::kernels {
namespace {

/// Rows that one work item solves side by side: each step of a substitution waits for the one before, so several go on
/// at once, in one vector.
constexpr Index together = 8;

template <int D>
struct Substitution {
  detail::SmallMatrix<D> lower;
  float mean[D];
  float inverse_pivot[D];

  Substitution(const Moments& moments, const Matrix& factor) : lower(factor) {
    for (int a = 0; a < D; ++a) {
      mean[a] = static_cast<float>(moments.mean[a]);
      inverse_pivot[a] = static_cast<float>(1 / factor(a, a));
    }
  }

  /// rows [n][D], n <= together, first less `shift` [D]
  KOKKOS_INLINE_FUNCTION void solve(float* rows, Index n, const float* shift) const {
    float y[D][together] = {};
    for (Index r = 0; r < n; ++r) {
      for (int a = 0; a < D; ++a) y[a][r] = rows[r * D + a] - shift[a];
    }
    for (int b = 0; b < D; ++b) {
#pragma omp simd
      for (Index r = 0; r < together; ++r) y[b][r] = clamp_to(y[b][r] * inverse_pivot[b], reach);
      for (int a = b + 1; a < D; ++a) {
#pragma omp simd
        for (Index r = 0; r < together; ++r) y[a][r] -= lower.columns[b][a] * y[b][r];
      }
    }
    for (Index r = 0; r < n; ++r) {
      for (int a = 0; a < D; ++a) rows[r * D + a] = y[a][r];
    }
  }
};

template <int D>
void map_rows(const Moments& moments, Index n_local, const Rows& x, const Rows& v) {
  const Substitution<D> map(moments, cholesky(moments.covariance));
  Kokkos::parallel_for(
      "circo::orthonormalise", Range(0, (n_local + together - 1) / together), KOKKOS_LAMBDA(const Index block) {
        const Index i = block * together;
        const Index n = n_local - i < together ? n_local - i : together;
        const float nothing[D] = {};
        map.solve(row<D>(x, i), n, map.mean);
        map.solve(row<D>(v, i), n, nothing);
      });
}

}  // namespace

void orthonormalise(const Moments& moments, Index n_local, const Rows& x, const Rows& v) {
  expect_at_least("orthonormalise", "x", x.extent(0), n_local);
  expect_at_least("orthonormalise", "v", v.extent(0), n_local);
  expect_size("orthonormalise", "the dimension of v", v.extent(1), x.extent(1));
  expect_size("orthonormalise", "the dimension of the moments", moments.covariance.n, x.extent(1));
  with_dimension(x.extent(1), [&]<int D>() { map_rows<D>(moments, n_local, x, v); });
}

}  // namespace circo::kernels
