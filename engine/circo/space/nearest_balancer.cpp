#include <algorithm>

#include <circo/space/balancer.hpp>
#include <circo/space/scheduler_grid.hpp>

namespace circo {

namespace {

/// Circo's balancer: each actor goes to the scheduler that is nearest in the space, if it is clearly nearer than its
/// own. Before that the scheduler's own infoton moves it: toward the scheduler when that has less than the mean load,
/// away when it has more.
class NearestBalancer final : public Balancer {
 public:
  explicit NearestBalancer(Rank& rank) : sites_{scheduler_grid(rank.layout().schedulers())} {}

  Targets balance(Rank& rank, const Traffic&, Epoch& epoch) override {
    double mean = 0;
    for (const double load : epoch.loads) mean += load / static_cast<double>(epoch.loads.size());
    Targets targets = present_places(rank);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      Arena& arena = rank.schedulers()[i]->arena();
      const SchedulerId own = rank.schedulers()[i]->id();
      const float want = mean > 0 ? static_cast<float>(std::clamp(1 - epoch.loads[own] / mean, -1.0, 1.0)) : 0;
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        Position& place = arena.positions()[row];
        place = place + scheduler_pull * want * (sites_[own] - place);
        targets[i][row] = nearest(place, own);
      }
    }
    return targets;
  }

 private:
  static constexpr float scheduler_pull = 0.01F;
  static constexpr float tolerance = 0.98F;  // of the squared distance

  static float squared(Position a) { return a.x * a.x + a.y * a.y + a.z * a.z; }
  SchedulerId nearest(Position place, SchedulerId own) const {
    SchedulerId best = own;
    float least = tolerance * squared(sites_[own] - place);
    for (SchedulerId s = 0; s < sites_.size(); ++s)
      if (const float distance = squared(sites_[s] - place); distance < least) {
        least = distance;
        best = s;
      }
    return best;
  }

  std::vector<Position> sites_;
};

}  // namespace

std::unique_ptr<Balancer> make_nearest_balancer(Rank& rank, const BalancerSettings&) {
  return std::make_unique<NearestBalancer>(rank);
}

}  // namespace circo
