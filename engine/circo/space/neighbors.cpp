#include <algorithm>
#include <map>
#include <tuple>

#include <circo/defaults.hpp>
#include <circo/space/neighbors.hpp>

namespace circo {

std::vector<LoadLink> neighbor_links(const Rank& rank, const Traffic& traffic) {
  std::vector<LoadLink> mine;
  for (std::size_t i = 0; i < rank.schedulers().size(); ++i) {
    const SchedulerId here = rank.schedulers()[i]->id();
    std::map<SchedulerId, double> exchanged;
    for (const TrafficEdge& edge : traffic.edges(i))
      if (edge.place != here && edge.weight > 0) exchanged[edge.place] += edge.weight;
    std::vector<std::pair<double, SchedulerId>> heaviest;
    heaviest.reserve(exchanged.size());
    for (const auto& [place, weight] : exchanged) heaviest.emplace_back(-weight, place);
    std::ranges::sort(heaviest);
    heaviest.resize(std::min(heaviest.size(), defaults::traffic_neighbors));
    for (const auto& [weight, place] : heaviest) mine.push_back({std::min(here, place), std::max(here, place), 1});
    const SchedulerId next = here + 1;
    if (next < rank.layout().schedulers()) mine.push_back({here, next, defaults::next_conductance});
  }
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<LoadLink> all;
  for (ByteReader in{bytes}; !in.empty();) all.push_back(in.get<LoadLink>());
  // Of links between the same two, the most open one.
  std::ranges::sort(all, {}, [](const LoadLink& l) { return std::tuple{l.a, l.b, -l.conductance}; });
  const auto repeated = std::ranges::unique(all, {}, [](const LoadLink& l) { return std::pair{l.a, l.b}; });
  all.erase(repeated.begin(), repeated.end());
  return all;
}

}  // namespace circo
