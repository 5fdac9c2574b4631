#include <circo/space/balancer.hpp>

namespace circo {

namespace {

/// Actor k of a home goes to scheduler (home + k) mod S: equal numbers everywhere, whoever talks to whom.
class RoundRobinBalancer final : public Balancer {
 public:
  Targets balance(Rank& rank, const Traffic&, Epoch&) override {
    Targets targets = present_places(rank);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Arena& arena = rank.schedulers()[i]->arena();
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        const Addr addr = arena.addr(row);
        targets[i][row] = (addr.home() + addr.index()) % rank.layout().schedulers();
      }
    }
    return targets;
  }
};

}  // namespace

std::unique_ptr<Balancer> make_round_robin_balancer(Rank&, const BalancerSettings&) {
  return std::make_unique<RoundRobinBalancer>();
}

}  // namespace circo
