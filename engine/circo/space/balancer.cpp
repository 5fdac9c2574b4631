#include <string>

#include <circo/error.hpp>
#include <circo/space/balancer.hpp>

namespace circo {

namespace {

constexpr BalancerKind all[] = {
    {"infoton", "follows the infoton step: actors go where the actors that they talk to are, in balance", true,
     make_infoton_balancer},
    {"nearest", "Circo's original: to the scheduler nearest to the actor's place", false, make_nearest_balancer},
    {"none", "leaves every actor where it was made", false, nullptr},
    {"random", "moves every actor to a random scheduler, each epoch", false, make_random_balancer},
    {"round_robin", "deals the actors out in the order of their addresses, once", false, make_round_robin_balancer},
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

}  // namespace circo
