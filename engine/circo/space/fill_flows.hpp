#pragma once

#include <span>
#include <vector>

#include <circo/scheduler/scheduler.hpp>
#include <circo/space/load_flow.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

/// A scheduler that hands load to others.
struct Giver {
  const Scheduler& scheduler;
  std::span<const TrafficEdge> edges;           ///< of its actors
  std::span<const double> loads;                ///< of its actors, by row, in mean loads of a scheduler
  std::span<const double> loads_of_schedulers;  ///< [S]
};

/// Fills the flows that leave a scheduler with those of its actors whose move keeps most traffic local, for their load.
/// Changes `targets` [rows] of actors that go. Local.
void fill_flows(const Giver& giver, std::vector<LoadFlow> flows, std::vector<SchedulerId>& targets);

}  // namespace circo
