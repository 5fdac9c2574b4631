#pragma once

#include <cstdint>

#include <circo/space/balancer.hpp>
#include <circo/space/vigil.hpp>

namespace circo {

/// When the infoton step is due: at every epoch, after a pause that is counted in messages, as an epoch may have hardly
/// any, or not again until something changes, which ends every pause at once. The same on every rank.
class Pace {
 public:
  /// There is a pause, or a rest, so that `next` must be asked at the end of an epoch.
  bool pausing() const { return pausing_; }
  /// What an epoch with so many messages an actor (mean) is for. Step while nothing pauses any more: something has
  /// changed.
  Activity next(const Condition& now, double messages);
  /// After a step: the next one waits for `to_step` messages an actor, and for as many times more as there is less to
  /// be won than all, since no placement wins more than what crosses schedulers and what the most loaded one has too
  /// much; or for a change if there is nothing left to be won. `moved`: actors have, so that things are about to
  /// change.
  void plan(double to_step, bool nothing_left, bool moved, const Condition& now, double messages);
  /// The next step comes after so many epochs like the one before.
  std::uint64_t epochs_to_step() const { return epochs_to_step_; }

 private:
  Vigil vigil_;
  double to_step_ = 0;
  std::uint64_t epochs_to_step_ = 1;
  bool pausing_ = false;
  bool resting_ = false;
};

}  // namespace circo
