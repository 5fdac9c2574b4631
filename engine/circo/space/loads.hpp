#pragma once

#include <span>
#include <vector>

#include <circo/space/balancer.hpp>
#include <circo/space/load_flow.hpp>

namespace circo {

/// What actors weigh, as a mean over the last epochs with the same memory as the traffic, in units of the mean load of
/// a scheduler; and what schedulers weigh. Without any load all actors weigh the same.
class Loads {
 public:
  /// Before the first actor is made.
  explicit Loads(Rank& rank);

  /// *Collective.* At an epoch.
  void update(Rank& rank);

  /// Actors of local scheduler i, by row.
  std::span<const double> of(std::size_t scheduler) const { return actors_[scheduler]; }
  /// The same on every rank. [S]
  std::span<const double> of_schedulers() const { return schedulers_; }

  /// *Collective.* What schedulers would weigh if actors went to `targets`. The same on every rank and layout. [S]
  std::vector<double> after(const Rank& rank, const Targets& targets) const;

 private:
  std::vector<Column<float>> smoothed_;
  std::vector<std::vector<double>> actors_;
  std::vector<double> schedulers_;
};

/// How far loads (mean 1) are from even: the sum of squared deviations.
double unevenness(std::span<const double> loads);

}  // namespace circo
