#include <string>

#include <circo/error.hpp>
#include <circo/space/balancer.hpp>

namespace circo {

namespace {

constexpr BalancerKind all[] = {
    {"diffusion", "to neighbors with less load, those actors first that talk most with them; then neighbors trade",
     true, make_diffusion_balancer},
    {"greedy", "by load only: from overloaded schedulers to others, few moves", false, make_greedy_balancer},
    {"infoton", "follows the infoton step: actors go where the actors that they talk to are, in balance", true,
     make_infoton_balancer},
    {"metis", "gathers the traffic and divides it with METIS, whenever that is clearly better", true,
     make_metis_balancer},
    {"nearest", "Circo's original: to the scheduler nearest to the actor's place", false, make_nearest_balancer},
    {"none", "leaves every actor where it was made", false, nullptr},
    {"random", "moves every actor to a random scheduler, each epoch", false, make_random_balancer},
    {"round_robin", "deals the actors out in the order of their addresses, once", false, make_round_robin_balancer},
    {"scotch", "gathers the traffic and divides it with Scotch, whenever that is clearly better", true,
     make_scotch_balancer},
};

}  // namespace

std::span<const BalancerKind> balancers() { return all; }

const BalancerKind& balancer_named(std::string_view name) {
  for (const BalancerKind& kind : all)
    if (kind.name == name) return kind;
  throw Error("no balancer is named '" + std::string{name} + "'");
}

Targets present_places(const Rank& rank) {
  Targets targets;
  for (const auto& scheduler : rank.schedulers()) targets.emplace_back(scheduler->arena().size(), scheduler->id());
  return targets;
}

std::uint64_t limit_moves(const Rank& rank, Targets& targets, const BalancerSettings& settings, const Epoch& epoch) {
  auto for_each_move = [&](auto&& use) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Scheduler& scheduler = *rank.schedulers()[i];
      for (std::uint32_t row = 0; row < targets[i].size(); ++row)
        if (targets[i][row] != scheduler.id()) use(scheduler, row, targets[i][row]);
    }
  };
  std::int64_t wanted = 0;
  for_each_move([&](const Scheduler&, std::uint32_t, SchedulerId) { ++wanted; });
  wanted = rank.world().sum(wanted);
  const double allowed =
      settings.budget * static_cast<double>(epoch.actors) / static_cast<double>(std::max<std::int64_t>(wanted, 1));
  const std::uint64_t key = mix(settings.seed, epoch.number);
  if (allowed < 1)
    for_each_move([&](const Scheduler& scheduler, std::uint32_t row, SchedulerId& target) {
      if (unit_interval(mix(key, scheduler.arena().addr(row).bits())) >= allowed) target = scheduler.id();
    });
  return static_cast<std::uint64_t>(wanted);
}

}  // namespace circo
