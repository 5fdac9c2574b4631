#pragma once

#include <map>
#include <span>
#include <vector>

#include <circo/graph/graph.hpp>
#include <circo/graph/partition.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

/// The actors of some schedulers, their loads and the traffic among them that pulls, as graphs: for who must see it
/// whole. Vertices are in the order of addresses, so the graphs are the same on every layout.
struct GatheredTraffic {
  SchedulerId at;  ///< the scheduler that it was brought to
  /// What was known before the last epoch, to fit a division to; and the last epoch's traffic alone, to judge it by.
  /// When nothing was known before, that is fitted to, and there is none to judge by.
  Graph known, fresh;
  Partition places;                                            ///< the scheduler where each actor is [vertices]
  std::map<SchedulerId, std::vector<Graph::Vertex>> vertices;  ///< by scheduler and row
};

/// Stands for no scheduler.
inline constexpr SchedulerId nobody = Addr::max_schedulers;

/// *Collective.* Brings what is known of the actors of each scheduler s to gatherers[s], if that is not `nobody`.
/// gatherers [S], the same on every rank. Returns what was brought to schedulers of this rank that got any actor, in
/// their order. O(actors + edges) memory there.
std::vector<GatheredTraffic> gather_traffic(Rank& rank, const Traffic& traffic, const Loads& loads,
                                            std::span<const SchedulerId> gatherers);

/// *Collective.* What divisions[k] says of each vertex of gathered[k], brought to where the actor is: by local
/// scheduler, by row; empty for a scheduler whose actors were brought to nobody.
std::vector<Partition> scatter(Rank& rank, std::span<const GatheredTraffic> gathered,
                               std::span<const Partition> divisions);

}  // namespace circo
