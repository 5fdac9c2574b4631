#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_rows.hpp>

namespace circo::kernels {
namespace {

/// w_ij / (|x_j - x_i| + softening), in the lanes of PullRows.
struct TrafficByDistance {
  float softening;

  template <int N>
  KOKKOS_FORCEINLINE_FUNCTION detail::Lanes<N> operator()(const detail::Lanes<N>& ab, const detail::Lanes<N>& cd,
                                                          const detail::Lanes<N>& traffic) const {
    using detail::fours;
    const auto ab2 = ab * ab, cd2 = cd * cd;
    auto squares = fours<0, 2, 4, 6>(ab2, cd2) + fours<1, 3, 5, 7>(ab2, cd2);
    squares = squares + fours<1, 0, 3, 2>(squares);
    if constexpr (N == 16) squares = squares + detail::fours_swapped(squares);
    return traffic / (detail::roots(squares) + softening);
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
