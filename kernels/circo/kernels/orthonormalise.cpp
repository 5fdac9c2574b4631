#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/small_matrix.hpp>

namespace circo::kernels {
namespace {

/// to <- map from, each coordinate within +-reach. [D], maybe the same
template <int D>
KOKKOS_INLINE_FUNCTION void map_row(const detail::SmallMatrix<D>& map, const float* from, float* to) {
  map.apply(from, to);
#pragma omp simd
  for (int a = 0; a < D; ++a) to[a] = clamp_to(to[a], reach);
}

template <int D>
void map_rows(const Moments& moments, Index n_local, const Rows& x, const Rows& v) {
  // Times the inverse, not by substitution, each of whose steps would wait for the one before.
  const detail::SmallMatrix<D> map(inverse_of_lower(cholesky(moments.covariance)));
  float mean[D];
  for (int a = 0; a < D; ++a) mean[a] = static_cast<float>(moments.mean[a]);
  Kokkos::parallel_for(
      "circo::orthonormalise", Range(0, n_local), KOKKOS_LAMBDA(const Index i) {
        float centered[D];
        for (int a = 0; a < D; ++a) centered[a] = row<D>(x, i)[a] - mean[a];
        map_row(map, centered, row<D>(x, i));
        map_row(map, row<D>(v, i), row<D>(v, i));
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
