#pragma once

#include <array>
#include <cstdint>

#include <circo/run/epoch.hpp>

namespace circo {

/// Watches, while the infoton step rests, whether something has changed: imbalance, remote share and number of actors,
/// which every epoch has anyway, against what they were when the rest began and how much they vary by themselves.
class Vigil {
 public:
  /// The step rests from this epoch on.
  void begin(const Epoch& epoch);
  /// Looks at an epoch; true: something has changed. The same on every rank.
  bool disturbed(const Epoch& epoch);

 private:
  struct Level {
    double mean = 0, deviation = 0;
  };
  std::array<Level, 2> levels_;  // imbalance, remote share
  std::uint64_t actors_ = 0;
  int seen_ = 0;  // epochs
};

}  // namespace circo
