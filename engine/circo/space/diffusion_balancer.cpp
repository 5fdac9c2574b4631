#include <algorithm>
#include <map>
#include <queue>

#include <circo/defaults.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/ties.hpp>

namespace circo {

namespace {

/// Communication-aware diffusion, from the idea of Taylor, Chandrasekar and Kale (PDSEC 2026, arXiv 2603.23329):
/// schedulers that exchange traffic are neighbors; the flow of load between neighbors that evens it out is solved for;
/// then each pair's sender fills its flow with the actors whose move keeps most traffic local. Only who is whose
/// neighbor, O(S) numbers, is known to all.
class DiffusionBalancer final : public Balancer {
 public:
  DiffusionBalancer(Rank& rank, const BalancerSettings& settings) : settings_{settings}, loads_{rank} {}

  Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) override {
    loads_.update(rank);
    Targets targets = present_places(rank);
    const auto before = loads_.of_schedulers();
    if (std::ranges::max(before) <= defaults::balanced) return targets;
    const auto flows = damped(even_flows(links(rank, traffic), before), before);
    for (std::size_t i = 0; i < targets.size(); ++i) fill(rank, i, traffic.edges(i), flows, targets[i]);
    if (unevenness(loads_.after(rank, targets)) > defaults::worth_moving * unevenness(before))
      return present_places(rank);
    limit_moves(rank, targets, settings_, epoch);
    return targets;
  }

 private:
  /// *Collective.* Between each scheduler and those with which it exchanges most, and, hardly open, the next one in
  /// order. The same on every rank.
  static std::vector<LoadLink> links(const Rank& rank, const Traffic& traffic) {
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
      heaviest.resize(std::min(heaviest.size(), defaults::diffusion_neighbors));
      for (const auto& [weight, place] : heaviest) mine.push_back({std::min(here, place), std::max(here, place), 1});
      const SchedulerId next = here + 1;
      if (next < rank.layout().schedulers()) mine.push_back({here, next, defaults::diffusion_shortcut});
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

  /// What of the flows may go at once: down from more to less load only, so little that nobody who gets some has more
  /// in the end than the heaviest who gives, and nobody gives all. What shall pass through somebody has to arrive
  /// first.
  static std::vector<LoadFlow> damped(std::vector<LoadFlow> flows, std::span<const double> loads) {
    std::vector<double> givers(loads.size(), 0), given(loads.size(), 0);
    for (const LoadFlow& flow : flows) ++givers[flow.to];
    for (LoadFlow& flow : flows) {
      const double down = std::max(0.0, loads[flow.from] - loads[flow.to]);
      flow.amount = std::min(flow.amount, down / (givers[flow.to] + 1));
      given[flow.from] += flow.amount;
    }
    for (LoadFlow& flow : flows) {
      const double load = loads[flow.from], most = std::max(load - 1, load / 2);
      flow.amount *= std::min(1.0, most / std::max(given[flow.from], most));
    }
    std::erase_if(flows, [](const LoadFlow& flow) { return flow.amount <= 0; });
    std::ranges::stable_sort(flows, {}, &LoadFlow::from);
    return flows;
  }

  /// Sends actors of local scheduler i along its flows; `flows` are sorted by sender.
  void fill(const Rank& rank, std::size_t i, std::span<const TrafficEdge> edges, std::span<const LoadFlow> flows,
            std::vector<SchedulerId>& targets) const {
    const Scheduler& scheduler = *rank.schedulers()[i];
    const auto mine = std::ranges::equal_range(flows, scheduler.id(), {}, &LoadFlow::from);
    if (mine.empty()) return;
    std::vector<LoadFlow> out(mine.begin(), mine.end());
    std::vector<double> at(loads_.of_schedulers().begin(), loads_.of_schedulers().end());
    double left = 0;
    for (const LoadFlow& flow : out) left += flow.amount;
    const auto loads = loads_.of(i);
    Ties ties{scheduler, edges, out};
    struct Candidate {
      double score;  // gain for each load
      std::uint32_t row;
      std::uint32_t flow;
      auto operator<=>(const Candidate&) const = default;
    };
    std::priority_queue<Candidate> candidates;
    auto offer = [&](std::uint32_t row, std::size_t flow) {
      if (loads[row] > 0 && targets[row] == scheduler.id())
        candidates.push({ties.gain(row, flow) / loads[row], row, static_cast<std::uint32_t>(flow)});
    };
    for (std::uint32_t row = 0; row < loads.size(); ++row)
      for (std::size_t flow = 0; flow < out.size(); ++flow)
        if (ties.exchanged(row, flow) > 0 || flow == row % out.size()) offer(row, flow);
    // Flows that are too thin for an actor are gathered in one that has begun, while its end has room; and one actor
    // may be the nearest that there is to the amount.
    bool overfilled = false;
    while (!candidates.empty()) {
      const Candidate best = candidates.top();
      candidates.pop();
      auto& [from, to, amount] = out[best.flow];
      const double load = loads[best.row];
      if (targets[best.row] != from || amount <= 0) continue;
      const bool fits = load <= left && (load <= amount || at[to] + load <= defaults::load_cap);
      if (!fits && (overfilled || load > 2 * amount)) continue;
      overfilled = overfilled || !fits;
      amount -= load;
      left -= load;
      at[to] += load;
      targets[best.row] = to;
      ties.go(best.row, best.flow, [&](std::uint32_t row) { offer(row, best.flow); });
    }
  }

  BalancerSettings settings_;
  Loads loads_;
};

}  // namespace

std::unique_ptr<Balancer> make_diffusion_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<DiffusionBalancer>(rank, settings);
}

}  // namespace circo
