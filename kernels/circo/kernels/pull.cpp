#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_rows.hpp>

namespace circo::kernels {
namespace {

struct TrafficAlone {
  template <int Width>
  KOKKOS_INLINE_FUNCTION void operator()(const float (&)[detail::quad][Width], float (&)[detail::quad]) const {}
};

}  // namespace

void pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f) {
  detail::expect_pull_shapes("pull", csr, degrees, x, f);
  with_dimension(x.extent(1), [&]<int D>() {
    detail::pull_rows<D>("circo::pull", {csr, degrees, x, f}, TrafficAlone{});
  });
}

}  // namespace circo::kernels
