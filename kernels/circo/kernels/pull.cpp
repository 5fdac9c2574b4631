#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_rows.hpp>

namespace circo::kernels {
namespace {

struct TrafficAlone {
  template <class Pair>
  KOKKOS_FORCEINLINE_FUNCTION detail::Lanes<4> operator()(const Pair&, const Pair&,
                                                          const detail::Lanes<4>& traffic) const {
    return traffic;
  }
};

}  // namespace

void pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f) {
  detail::expect_pull_shapes("pull", csr, degrees, x, f);
  with_dimension(x.extent(1), [&]<int D>() {
    detail::pull_rows<D>("circo::pull", {csr, degrees, x, detail::WholeOutput(f)}, TrafficAlone{});
  });
}

}  // namespace circo::kernels
