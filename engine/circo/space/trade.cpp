#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string>

#include <circo/defaults.hpp>
#include <circo/graph/bisection.hpp>
#include <circo/space/gathered_traffic.hpp>
#include <circo/space/trade.hpp>

namespace circo {

namespace {

/// Whether less traffic goes between the parts in `after` than in `before`, by more than chance: one message in `every`
/// was counted, as so many.
bool surely_better(const Graph& traffic, const Partition& before, const Partition& after, std::uint32_t every) {
  double gain = 0, changed = 0;
  traffic.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
    const bool was_cut = before[u] != before[v], is_cut = after[u] != after[v];
    if (v < u || was_cut == is_cut) return;
    gain += was_cut ? weight : -weight;
    changed += weight;
  });
  return gain > 2 * std::sqrt(every * changed);
}

double share_that_differs(const Partition& a, const Partition& b) {
  const auto differing =
      std::inner_product(a.begin(), a.end(), b.begin(), std::size_t{0}, std::plus{}, std::not_equal_to{});
  return static_cast<double>(differing) / static_cast<double>(a.size());
}

/// The scheduler of the two for each actor.
Partition divided_anew(const GatheredTraffic& both, std::uint32_t infoton_every) {
  if (both.vertices.size() < 2) return both.places;
  const SchedulerId first = both.vertices.begin()->first, second = both.vertices.rbegin()->first;
  Partition before;
  for (const SchedulerId place : both.places) before.push_back(place == second);
  double load = 0;
  for (Graph::Vertex v = 0; v < before.size(); ++v) load += both.known.vertex_weight(v);
  const double mean = load / 2, cap = defaults::load_cap * std::min(1.0, mean);
  const PartitionQuality now = quality_of(both.known, before, 2);
  Partition after = before;
  double least = now.cut;
  auto consider = [&](Partition division) {
    refine_bisection(both.known, division, cap);
    const PartitionQuality then = quality_of(both.known, division, 2);
    if (then.imbalance * mean > (1 + defaults::rounding) * std::max(cap, now.imbalance * mean)) return;
    double moved = share_that_differs(before, division);
    if (moved > 0.5) {
      for (auto& part : division) part ^= 1;
      moved = 1 - moved;
    }
    const double cost = then.cut + defaults::gain_per_move * moved * now.cut;
    if (cost >= least) return;
    least = cost;
    after = std::move(division);
  };
  consider(before);
  // Single moves do not mend parts that are in pieces.
  for (const int end : {0, 1}) consider(grow_bisection(both.known, cap, end));
  if (!surely_better(both.fresh, before, after, infoton_every)) return both.places;
  for (auto& part : after) part = part == 0 ? first : second;
  return after;
}

}  // namespace

void trade(Rank& rank, const Traffic& traffic, const Loads& loads, std::span<const SchedulerId> meeting,
           Targets& targets) {
  if (std::ranges::all_of(meeting, [](SchedulerId at) { return at == nobody; })) return;
  const auto gathered = gather_traffic(rank, traffic, loads, meeting);
  std::optional<std::string> failure;
  std::vector<Partition> divisions;
  try {
    const std::uint32_t every = std::max(rank.schedulers().front()->settings().infoton_every, 1u);
    for (const GatheredTraffic& both : gathered) divisions.push_back(divided_anew(both, every));
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  rank.world().agree(failure);
  auto answers = scatter(rank, gathered, divisions);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (!answers[i].empty()) targets[i] = std::move(answers[i]);
}

}  // namespace circo
