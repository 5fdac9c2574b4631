#include <map>

#include <circo/space/label_traffic.hpp>

namespace circo {

std::vector<PartTraffic> traffic_between(const Rank& rank, const Field& field, const kernels::Labels& labelling) {
  const auto [csr, total] = field.judge();
  const auto labels = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), labelling);
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), csr.offsets);
  const auto columns = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), csr.columns);
  const auto weights = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), csr.weights);
  using Sums = std::map<std::pair<std::uint32_t, std::uint32_t>, double>;
  auto listed = [](const Sums& sums) {
    std::vector<PartTraffic> list;
    list.reserve(sums.size());
    for (const auto& [pair, weight] : sums) list.push_back({pair.first, pair.second, weight});
    return list;
  };
  Sums mine, all;
  // Each edge is there twice, once from its lower label.
  for (kernels::Index row = 0; row < field.rows(); ++row)
    for (auto k = offsets(row); k < offsets(row + 1); ++k)
      if (const auto a = labels(row), b = labels(columns(k)); a < b && total > 0)
        mine[{a, b}] += 2 * static_cast<double>(weights(k)) / total;
  const auto part = listed(mine);
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{part}));
  for (ByteReader in{bytes}; !in.empty();) {
    const auto each = in.get<PartTraffic>();
    all[{each.a, each.b}] += each.weight;
  }
  return listed(all);
}

double cost_of(std::span<const PartTraffic> traffic, const Levels& levels, std::span<const std::uint32_t> names) {
  double cost = 0;
  for (const PartTraffic& each : traffic) cost += each.weight * levels.cost(names[each.a], names[each.b]);
  return cost;
}

}  // namespace circo
