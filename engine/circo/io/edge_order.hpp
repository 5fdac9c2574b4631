#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <circo/io/row_order.hpp>

namespace circo {

/// Traffic between two actors, by their ids.
struct SnapshotEdge {
  std::uint64_t a = 0, b = 0;  // a < b
  float weight = 0;
};

/// Rows `first` .. `first + weight.size() - 1` of the `total` edges of all ranks, in the order of (a, b).
struct OrderedEdges {
  std::vector<std::array<std::uint64_t, 2>> ids;
  std::vector<std::array<std::uint32_t, 2>> rows;  // of the two actors, in their order
  std::vector<float> weight;
  std::uint64_t first = 0, total = 0;
};

/// *Collective.* The `most` heaviest of all ranks' edges, by absolute weight; of equal ones a choice that depends on
/// the ids alone. Each is given once, by any rank. Those of actors that `actors` does not have are left out.
OrderedEdges order_edges(const Communicator& comm, const RowOrder& actors, std::span<const SnapshotEdge> edges,
                         std::uint64_t most);

}  // namespace circo
