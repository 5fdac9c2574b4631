#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <set>

#include <circo/defaults.hpp>
#include <circo/space/loads.hpp>

namespace circo {

namespace {

/// Load only, few moves. Heavy actors first: from schedulers where they alone are too much to those that have least of
/// them. Then what schedulers have beyond the mean goes to those below it, in pieces as large as fit.
class GreedyBalancer final : public Balancer {
 public:
  GreedyBalancer(Rank& rank, const BalancerSettings& settings) : settings_{settings}, loads_{rank} {}

  Targets balance(Rank& rank, const Traffic&, Epoch& epoch) override {
    loads_.update(rank);
    Targets targets = present_places(rank);
    const auto before = loads_.of_schedulers();
    if (std::ranges::max(before) <= defaults::balanced) return targets;
    part_heavy_actors(rank, targets);
    hand_over(rank, plan(loads_.after(rank, targets)), targets);
    if (unevenness(loads_.after(rank, targets)) > defaults::worth_moving * unevenness(before))
      return present_places(rank);
    limit_moves(rank, targets, settings_, epoch);
    return targets;
  }

 private:
  struct Heavy {
    double load;
    SchedulerId at;
    std::uint32_t row;
    auto operator<=>(const Heavy&) const = default;
  };

  /// *Collective.* All ranks do the same with the heavy actors of all schedulers, of which there are O(S).
  void part_heavy_actors(const Rank& rank, Targets& targets) const {
    std::vector<Heavy> mine;
    for (std::size_t i = 0; i < targets.size(); ++i)
      for (std::uint32_t row = 0; row < targets[i].size(); ++row)
        if (loads_.of(i)[row] >= defaults::heavy_actor)
          mine.push_back({loads_.of(i)[row], rank.schedulers()[i]->id(), row});
    const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
    std::vector<std::vector<Heavy>> heavy(rank.layout().schedulers());
    std::vector<double> weight(heavy.size(), 0);
    for (ByteReader in{bytes}; !in.empty();) {
      const auto actor = in.get<Heavy>();
      heavy[actor.at].push_back(actor);
      weight[actor.at] += actor.load;
    }
    std::set<std::pair<double, SchedulerId>> order;
    for (SchedulerId s = 0; s < weight.size(); ++s) order.emplace(weight[s], s);
    while (order.size() > 1 && order.rbegin()->first > defaults::load_cap) {
      const auto [most, from] = *order.rbegin();
      const auto [least, to] = *order.begin();
      order.erase(std::prev(order.end()));
      // The one that brings the two nearest to each other, if any does.
      const double half = (most - least) / 2;
      const auto best = std::ranges::min_element(heavy[from], {}, [&](const Heavy& h) {
        return std::pair{std::abs(h.load - half), h};
      });
      if (best->load >= most - least - rounding) continue;
      order.erase(order.begin());
      order.emplace(most - best->load, from);
      order.emplace(least + best->load, to);
      if (rank.layout().is_here(best->at)) targets[rank.layout().local(best->at)][best->row] = to;
      heavy[to].push_back(*best);
      heavy[from].erase(best);
    }
  }

  /// Who hands how much to whom, by sender: the same on every rank. The largest surplus meets the largest room, so that
  /// there are few flows, 2 S at most.
  static std::vector<LoadFlow> plan(std::span<const double> loads) {
    std::vector<SchedulerId> order(loads.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater{}, [&](SchedulerId s) { return loads[s]; });
    std::vector<LoadFlow> flows;
    auto to = order.rbegin();
    auto room_at = [&](SchedulerId s) { return std::max(0.0, 1 - loads[s]); };
    double room = room_at(*to);
    for (const SchedulerId from : order) {
      if (loads[from] <= defaults::load_cap) break;
      for (double surplus = loads[from] - 1; surplus > rounding && to != order.rend();) {
        const double amount = std::min(surplus, room);
        if (amount > rounding) flows.push_back({from, *to, amount});
        surplus -= amount;
        room -= amount;
        if (room <= rounding && ++to != order.rend()) room = room_at(*to);
      }
    }
    std::ranges::stable_sort(flows, {}, &LoadFlow::from);
    return flows;
  }

  /// The heaviest actor goes with the largest flow that has room for it, and so on.
  void hand_over(const Rank& rank, std::span<const LoadFlow> flows, Targets& targets) const {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const SchedulerId here = rank.schedulers()[i]->id();
      std::priority_queue<std::pair<double, SchedulerId>> room;
      for (const LoadFlow& flow : std::ranges::equal_range(flows, here, {}, &LoadFlow::from))
        room.emplace(flow.amount, flow.to);
      if (room.empty()) continue;
      const auto loads = loads_.of(i);
      std::vector<std::uint32_t> rows(loads.size());
      std::iota(rows.begin(), rows.end(), 0);
      std::ranges::stable_sort(rows, std::greater{}, [&](std::uint32_t row) { return loads[row]; });
      for (const std::uint32_t row : rows) {
        const auto [amount, to] = room.top();
        if (targets[i][row] != here || loads[row] == 0 || loads[row] > amount + rounding) continue;
        room.pop();
        room.emplace(amount - loads[row], to);
        targets[i][row] = to;
      }
    }
  }

  static constexpr double rounding = 1e-9;  // of sums of loads, in mean loads of a scheduler

  BalancerSettings settings_;
  Loads loads_;
};

}  // namespace

std::unique_ptr<Balancer> make_greedy_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<GreedyBalancer>(rank, settings);
}

}  // namespace circo
