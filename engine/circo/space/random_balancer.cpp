#include <circo/space/balancer.hpp>

namespace circo {

namespace {

class RandomBalancer final : public Balancer {
 public:
  Targets balance(Rank& rank, const Traffic&, Epoch&) override {
    Targets targets = present_places(rank);
    for (std::size_t i = 0; i < targets.size(); ++i)
      for (SchedulerId& target : targets[i])
        target = static_cast<SchedulerId>(rank.schedulers()[i]->random().below(rank.layout().schedulers()));
    return targets;
  }
};

}  // namespace

std::unique_ptr<Balancer> make_random_balancer(Rank&, const BalancerSettings&) {
  return std::make_unique<RandomBalancer>();
}

}  // namespace circo
