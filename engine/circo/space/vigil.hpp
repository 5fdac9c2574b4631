#pragma once

#include <array>
#include <cstdint>

namespace circo {

/// What placement is there for, as an epoch has it.
struct Condition {
  double imbalance;     ///< largest / mean load of the schedulers
  double remote_share;  ///< messages that crossed schedulers / sent
  std::uint64_t actors;
};

/// Watches, while there are no steps, whether something has changed: imbalance, remote share and number of actors,
/// against what they were when the watch began and how much they are known to vary by themselves.
class Vigil {
 public:
  /// There are no steps from now on. What has been seen in earlier watches of how much things vary is kept.
  void begin(const Condition& now);
  /// True: something has changed. The same on every rank.
  bool disturbed(const Condition& condition);

 private:
  struct Level {
    double mean = 0, deviation = 0;
  };
  std::array<Level, 2> levels_;  // imbalance, remote share
  std::uint64_t actors_ = 0;
  int seen_ = 1;  // epochs, of all watches
};

}  // namespace circo
