#include <circo/kernels/add_pairs.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_rows.hpp>

namespace circo::kernels {
namespace {

using detail::quad;

/// w_ij / (|x_j - x_i| + softening), side by side.
struct TrafficByDistance {
  float softening;

  template <int Width>
  KOKKOS_INLINE_FUNCTION void operator()(const float (&toward)[quad][Width], float (&strengths)[quad]) const {
    float squares[quad * Width];
    for (int v = 0; v < quad; ++v) {
#pragma omp simd
      for (int a = 0; a < Width; ++a) squares[v * Width + a] = toward[v][a] * toward[v][a];
    }
    detail::add_pairs<quad, quad * Width, Width>(squares);
#pragma omp simd
    for (int v = 0; v < quad; ++v) strengths[v] /= sqrtf(squares[v]) + softening;
  }
};

}  // namespace

void unit_pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, float softening, const Rows& f) {
  detail::expect_pull_shapes("unit_pull", csr, degrees, x, f);
  if (!(softening > 0)) {
    throw NumericalError("unit_pull: softening is " + std::to_string(softening) + ", expected a distance > 0");
  }
  with_dimension(x.extent(1), [&]<int D>() {
    detail::pull_rows<D>("circo::unit_pull", {csr, degrees, x, f}, TrafficByDistance{softening});
  });
}

}  // namespace circo::kernels
