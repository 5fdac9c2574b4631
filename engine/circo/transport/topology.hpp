#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// Which ranks exchange batches directly. `complete`: all with all. `grid`: ranks form a 3D grid and every rank's
/// neighbors are those on its three lines, O(P^(1/3)); mail for others is passed on dimension by dimension, in at most
/// three hops.
enum class TopologyKind { automatic, complete, grid };

class Topology {
 public:
  /// *Collective.* Makes the neighbor communicator. `automatic` is complete up to defaults::complete_topology_ranks.
  Topology(const Communicator& world, TopologyKind kind);

  TopologyKind kind() const { return kind_; }
  /// Ranks that this one exchanges batches with, ascending; symmetric, without itself.
  std::span<const int> neighbors() const { return neighbors_; }
  /// The index in `neighbors` of the rank to hand mail for `rank` to. Not for this rank itself.
  std::size_t next_hop(int rank) const;
  /// Hops that mail needs at most.
  int max_hops() const { return max_hops_; }
  /// Made by MPI_Dist_graph_create_adjacent; neighborhood collectives go in the order of `neighbors`.
  const Communicator& comm() const { return comm_; }

 private:
  std::array<int, 3> place(int rank) const;
  int rank_at(const std::array<int, 3>& place) const;

  TopologyKind kind_;
  int rank_;
  std::array<int, 3> extent_{1, 1, 1};
  std::vector<int> neighbors_;
  std::vector<std::size_t> index_of_;  // by rank
  int max_hops_ = 0;
  Communicator comm_;
};

}  // namespace circo
