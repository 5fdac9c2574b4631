#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <circo/defaults.hpp>
#include <circo/graph/graph.hpp>

namespace circo {

/// The part that each vertex is in. [n]
using Partition = std::vector<std::uint32_t>;

struct PartitionTask {
  std::uint32_t parts = 2;
  double imbalance = defaults::balanced;  ///< heaviest / mean part that is asked for; hubs may make it impossible
  std::uint64_t seed = 0;
};

struct PartitionQuality {
  double cut = 0;        ///< weight of the edges between parts / weight of all but loops; 0 without edges
  double imbalance = 1;  ///< heaviest / mean part; 1 without weight
};

/// Local. O(vertices + arcs).
PartitionQuality quality_of(const Graph& graph, const Partition& partition, std::uint32_t parts);

/// A program that sees the whole graph: the reference for placement that is found without.
struct Partitioner {
  std::string_view name;
  std::string_view describe;
  std::string_view lacks;  ///< what this build would need to have it; empty: it has it
  /// Of a simple undirected graph with more vertices than parts, more parts than one, and edges.
  Partition (*divide)(const Graph& graph, const PartitionTask& task);
};

/// All partitioners; a new one is a file and an entry in partition.cpp.
std::span<const Partitioner> partitioners();

/// Throws Error when this build does not have it.
void require(const Partitioner& partitioner);

/// Divides any graph (directed arcs count both ways, loops not at all). Local; the same task gives the same partition.
/// Throws Error when this build lacks the partitioner, or it fails.
Partition partition(const Partitioner& partitioner, const Graph& graph, const PartitionTask& task);

}  // namespace circo
