#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/small_matrix.hpp>

namespace circo::kernels {
namespace {

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

  KOKKOS_INLINE_FUNCTION void solve(float* y) const {
    float rest[D];
    for (int a = 0; a < D; ++a) rest[a] = y[a];
    for (int b = 0; b < D; ++b) {
      y[b] = clamp_to(rest[b] * inverse_pivot[b], reach);
#pragma omp simd
      for (int a = 0; a < D; ++a) rest[a] -= lower.columns[b][a] * y[b];
    }
  }
};

template <int D>
void map_rows(const Moments& moments, Index n_local, const Rows& x, const Rows& v) {
  const Substitution<D> map(moments, cholesky(moments.covariance));
  Kokkos::parallel_for(
      "circo::orthonormalise", Range(0, n_local), KOKKOS_LAMBDA(const Index i) {
        float* place = row<D>(x, i);
        for (int a = 0; a < D; ++a) place[a] -= map.mean[a];
        map.solve(place);
        map.solve(row<D>(v, i));
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
