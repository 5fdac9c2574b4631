#include <queue>

#include <circo/defaults.hpp>
#include <circo/space/fill_flows.hpp>
#include <circo/space/ties.hpp>

namespace circo {

void fill_flows(const Giver& giver, std::vector<LoadFlow> flows, std::vector<SchedulerId>& targets) {
  if (flows.empty()) return;
  const auto loads = giver.loads;
  std::vector<double> at(giver.loads_of_schedulers.begin(), giver.loads_of_schedulers.end());
  double left = 0;
  for (const LoadFlow& flow : flows) left += flow.amount;
  Ties ties{giver.scheduler, giver.edges, flows};
  struct Candidate {
    double score;  // gain for each load
    std::uint32_t row;
    std::uint32_t flow;
    auto operator<=>(const Candidate&) const = default;
  };
  std::priority_queue<Candidate> candidates;
  auto offer = [&](std::uint32_t row, std::size_t flow) {
    if (loads[row] > 0 && targets[row] == giver.scheduler.id())
      candidates.push({ties.gain(row, flow) / loads[row], row, static_cast<std::uint32_t>(flow)});
  };
  for (std::uint32_t row = 0; row < loads.size(); ++row)
    for (std::size_t flow = 0; flow < flows.size(); ++flow)
      if (ties.exchanged(row, flow) > 0 || flow == row % flows.size()) offer(row, flow);
  // Flows that are too thin for an actor are gathered in one that has begun, while its end has room; and one actor
  // may be the nearest that there is to the amount.
  bool overfilled = false;
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    auto& [from, to, amount] = flows[best.flow];
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

}  // namespace circo
