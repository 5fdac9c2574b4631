#pragma once

#include <vector>

#include <circo/graph/graph.hpp>
#include <circo/graph/partition.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

/// All actors, their loads and the traffic that pulls, as graphs on rank 0: for those who must see it whole. Vertices
/// are in the order of addresses, so the graphs are the same on every layout. Empty on other ranks.
class GatheredTraffic {
 public:
  /// *Collective.* O(actors + edges) memory at rank 0.
  GatheredTraffic(Rank& rank, const Traffic& traffic, const Loads& loads);

  /// What was known before the last epoch, to fit a division to; and the last epoch's traffic alone, to judge it by.
  /// The same, all traffic, when one of them would be empty.
  const Graph& known() const { return known_; }
  const Graph& fresh() const { return fresh_; }
  /// The scheduler where each actor is. [vertices]
  const Partition& places() const { return places_; }

  /// *Collective.* What rank 0 says of each vertex, brought to where the actor is: by local scheduler, by row.
  std::vector<std::vector<std::uint32_t>> scatter(Rank& rank, const Partition& of_vertices) const;

 private:
  void build(const std::vector<Section>& arrived);

  Graph known_, fresh_;
  Partition places_;
  std::vector<std::vector<Graph::Vertex>> vertices_;  // by scheduler and row
};

}  // namespace circo
