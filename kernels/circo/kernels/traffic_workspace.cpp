#include <circo/kernels/traffic_workspace.hpp>

namespace circo::kernels {

void TrafficWorkspace::fit(const Csr& csr, std::uint64_t spare) {
  const std::size_t needed =
      2 * csr.n_edges() + spare * csr.n_rows() + 1;  // + 1: an empty row at the end has an address
  if (keys_.extent(0) >= needed) return;
  keys_ =
      Array<std::uint32_t>(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::TrafficWorkspace::keys"), needed);
  traffic_ = Values(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::TrafficWorkspace::traffic"), needed);
}

}  // namespace circo::kernels
