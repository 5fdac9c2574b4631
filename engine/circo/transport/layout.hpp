#pragma once

#include <circo/actor/addr.hpp>

namespace circo {

/// Which rank hosts which scheduler: rank r hosts schedulers r * per_rank .. (r + 1) * per_rank - 1.
struct Layout {
  int ranks = 1;
  int rank = 0;
  SchedulerId per_rank = 1;

  SchedulerId schedulers() const { return static_cast<SchedulerId>(ranks) * per_rank; }
  int host(SchedulerId scheduler) const { return static_cast<int>(scheduler / per_rank); }
  bool is_here(SchedulerId scheduler) const { return host(scheduler) == rank; }
  SchedulerId first() const { return static_cast<SchedulerId>(rank) * per_rank; }
  /// Index of a scheduler of this rank among them.
  std::size_t local(SchedulerId scheduler) const { return scheduler - first(); }
};

}  // namespace circo
