#include <algorithm>
#include <cmath>

#include <circo/defaults.hpp>
#include <circo/space/vigil.hpp>

namespace circo {

namespace {

std::array<double, 2> levels_of(const Condition& now) { return {now.imbalance, now.remote_share}; }

}  // namespace

void Vigil::begin(const Condition& now) {
  actors_ = now.actors;
  for (std::size_t k = 0; k < levels_.size(); ++k) levels_[k].mean = levels_of(now)[k];
}

bool Vigil::disturbed(const Condition& condition) {
  const std::array<double, 2> now = levels_of(condition);
  const std::array<double, 2> least{defaults::imbalance_change, defaults::remote_share_change};
  ++seen_;
  const auto change = static_cast<double>(std::max(condition.actors, actors_) - std::min(condition.actors, actors_));
  bool changed = change > defaults::actors_change * static_cast<double>(actors_);
  for (std::size_t k = 0; k < now.size(); ++k) {
    Level& level = levels_[k];
    const double above = now[k] - level.mean;
    changed = changed || above > std::max(least[k], 4 * level.deviation);
    // Running means, plain ones at first.
    const double part = 1.0 / std::min(seen_, 20);
    level.mean += part * above;
    level.deviation += part * (std::abs(above) - level.deviation);
  }
  return changed;
}

}  // namespace circo
