#include <algorithm>
#include <cmath>
#include <utility>

#include <circo/defaults.hpp>
#include <circo/space/pace.hpp>

namespace circo {

Activity Pace::next(const Condition& now, double messages) {
  if (vigil_.disturbed(now)) {
    pausing_ = resting_ = false;
    return Activity::step;
  }
  to_step_ -= messages;
  if (resting_) return Activity::rest;
  return to_step_ <= 0 ? Activity::step : Activity::gather;
}

void Pace::plan(double to_step, bool nothing_left, bool moved, const Condition& now, double messages) {
  resting_ = nothing_left;
  const double to_win = std::clamp(now.remote_share + now.imbalance - 1, defaults::least_to_win, 1.0);
  to_step_ = messages > 0 ? std::min(to_step / to_win, defaults::patient_messages) : 0;
  const bool waits = to_step_ > messages;
  epochs_to_step_ = waits ? static_cast<std::uint64_t>(std::ceil(to_step_ / messages)) : 1;
  const bool paused = std::exchange(pausing_, resting_ || waits);
  if (pausing_ && (!paused || moved)) vigil_.begin(now);
}

}  // namespace circo
