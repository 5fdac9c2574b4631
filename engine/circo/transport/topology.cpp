#include <algorithm>

#include <circo/defaults.hpp>
#include <circo/transport/topology.hpp>

namespace circo {

Topology::Topology(const Communicator& world, TopologyKind kind) : kind_{kind}, rank_{world.rank()} {
  const int ranks = world.size();
  if (kind_ == TopologyKind::automatic)
    kind_ = ranks <= defaults::complete_topology_ranks ? TopologyKind::complete : TopologyKind::grid;
  if (kind_ == TopologyKind::complete) {
    extent_ = {ranks, 1, 1};
  } else {
    extent_ = {0, 0, 0};
    mpi_check(MPI_Dims_create(ranks, 3, extent_.data()));
  }
  const auto mine = place(rank_);
  for (std::size_t d = 0; d < 3; ++d) {
    if (extent_[d] > 1) ++max_hops_;
    auto other = mine;
    for (other[d] = 0; other[d] < extent_[d]; ++other[d])
      if (other[d] != mine[d]) neighbors_.push_back(rank_at(other));
  }
  std::ranges::sort(neighbors_);
  index_of_.assign(static_cast<std::size_t>(ranks), neighbors_.size());
  for (std::size_t i = 0; i < neighbors_.size(); ++i) index_of_[static_cast<std::size_t>(neighbors_[i])] = i;

  const int degree = static_cast<int>(neighbors_.size());
  MPI_Comm graph;
  mpi_check(MPI_Dist_graph_create_adjacent(world.get(), degree, neighbors_.data(), MPI_UNWEIGHTED, degree,
                                           neighbors_.data(), MPI_UNWEIGHTED, MPI_INFO_NULL, 0, &graph));
  comm_ = Communicator{graph};
}

std::array<int, 3> Topology::place(int rank) const {
  return {rank % extent_[0], rank / extent_[0] % extent_[1], rank / extent_[0] / extent_[1]};
}

int Topology::rank_at(const std::array<int, 3>& place) const {
  return place[0] + extent_[0] * (place[1] + extent_[1] * place[2]);
}

std::size_t Topology::next_hop(int rank) const {
  auto hop = place(rank_);
  const auto goal = place(rank);
  for (std::size_t d = 0; d < 3; ++d) {
    if (hop[d] != goal[d]) {
      hop[d] = goal[d];
      break;
    }
  }
  return index_of_[static_cast<std::size_t>(rank_at(hop))];
}

}  // namespace circo
