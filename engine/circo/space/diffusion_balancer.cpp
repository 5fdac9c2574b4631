#include <algorithm>
#include <map>
#include <tuple>

#include <circo/defaults.hpp>
#include <circo/space/fill_flows.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/meetings.hpp>
#include <circo/space/trade.hpp>

namespace circo {

namespace {

/// Communication-aware diffusion, from the idea of Taylor, Chandrasekar and Kale (PDSEC 2026, arXiv 2603.23329):
/// schedulers that exchange traffic are neighbors; the flow of load between neighbors that evens it out is solved for;
/// then each pair's sender fills its flow with the actors whose move keeps most traffic local. When loads are even
/// neighbors meet, and trade actors for less traffic between them. Only who is whose neighbor, what schedulers weigh
/// and which have changed, O(S) numbers, is known to all.
class DiffusionBalancer final : public Balancer {
 public:
  DiffusionBalancer(Rank& rank, const BalancerSettings& settings)
      : settings_{settings}, loads_{rank}, meetings_{rank.layout().schedulers()} {}

  Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) override {
    loads_.update(rank);
    Targets targets = present_places(rank);
    const auto neighbors = links(rank, traffic);
    if (!even_out(rank, traffic, neighbors, targets))
      trade(rank, traffic, loads_, meetings_.arrange(neighbors, epoch.number), targets);
    limit_moves(rank, targets, settings_, epoch);
    note_changes(rank, targets, epoch.number);
    return targets;
  }

  void save(Bytes& out) const override { meetings_.save(out); }
  void load(ByteReader& in) override { meetings_.load(in); }

 private:
  /// *Collective.* Sends load along its flows, if loads are uneven and that makes them less so. Returns whether it
  /// does.
  bool even_out(const Rank& rank, const Traffic& traffic, std::span<const LoadLink> links, Targets& targets) const {
    const auto before = loads_.of_schedulers();
    if (std::ranges::max(before) <= defaults::balanced) return false;
    const auto flows = damped(even_flows(links, before), before);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Scheduler& scheduler = *rank.schedulers()[i];
      const auto out = std::ranges::equal_range(flows, scheduler.id(), {}, &LoadFlow::from);
      fill_flows({scheduler, traffic.edges(i), loads_.of(i), before}, {out.begin(), out.end()}, targets[i]);
    }
    if (unevenness(loads_.after(rank, targets)) <= defaults::worth_moving * unevenness(before)) return true;
    targets = present_places(rank);
    return false;
  }

  /// *Collective.*
  void note_changes(const Rank& rank, const Targets& targets, std::uint64_t epoch) {
    std::vector<std::int64_t> moves(rank.layout().schedulers(), 0);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const SchedulerId here = rank.schedulers()[i]->id();
      for (const SchedulerId target : targets[i]) {
        if (target == here) continue;
        ++moves[here];
        ++moves[target];
      }
    }
    rank.world().sum(moves);
    for (SchedulerId s = 0; s < moves.size(); ++s)
      if (moves[s] > 0) meetings_.change(s, epoch);
  }

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

  BalancerSettings settings_;
  Loads loads_;
  Meetings meetings_;
};

}  // namespace

std::unique_ptr<Balancer> make_diffusion_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<DiffusionBalancer>(rank, settings);
}

}  // namespace circo
