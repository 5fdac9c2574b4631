#include <algorithm>

#include <circo/defaults.hpp>
#include <circo/space/fill_flows.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/meetings.hpp>
#include <circo/space/neighbors.hpp>
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
    const auto neighbors = neighbor_links(rank, traffic);
    if (!even_out(rank, traffic, neighbors, targets) && traffic.known_before(rank))
      trade(rank, traffic, loads_, meetings_.arrange(neighbors, epoch.number), targets);
    limit_moves(rank, targets, settings_, epoch);
    meetings_.note_changes(rank, targets, epoch.number);
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
