#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_rows.hpp>

namespace circo::kernels {
namespace {

/// w_ij / (|x_j - x_i| + softening), in the lanes of PullRows.
struct TrafficByDistance {
  float softening;

  template <int N>
  KOKKOS_FORCEINLINE_FUNCTION detail::Lanes<4> operator()(const detail::Lanes<N>& ab, const detail::Lanes<N>& cd,
                                                          const detail::Lanes<4>& traffic) const {
    using detail::fours, detail::half;
    const auto ab2 = ab * ab, cd2 = cd * cd;
    const auto twos = fours<0, 2, 4, 6>(ab2, cd2) + fours<1, 3, 5, 7>(ab2, cd2);  // (a a c c ..| b b d d ..)
    const auto ac = half<0>(twos), bd = half<1>(twos);
    const auto squares = fours<0, 4, 2, 6>(ac, bd) + fours<1, 5, 3, 7>(ac, bd);
    if constexpr (N == 16) {
      return traffic / (detail::roots(detail::sum_of_halves(squares)) + softening);
    } else {
      return traffic / (detail::roots(squares) + softening);
    }
  }
};

}  // namespace

void unit_pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, float softening, const Rows& f) {
  detail::expect_pull_shapes("unit_pull", csr, degrees, x, f);
  if (!(softening > 0)) {
    throw NumericalError("unit_pull: softening is " + std::to_string(softening) + ", expected a distance > 0");
  }
  with_dimension(x.extent(1), [&]<int D>() {
    detail::pull_rows<D>("circo::unit_pull", {csr, degrees, x, detail::WholeOutput(f)}, TrafficByDistance{softening});
  });
}

}  // namespace circo::kernels
