#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <circo/defaults.hpp>
#include <circo/transport/topology.hpp>

namespace {

using namespace circo;

/// What every rank knows, known to all: neighbors, and the rank it hands mail for each other rank to (-1 for itself).
struct Graph {
  std::vector<std::vector<int>> neighbors;
  std::vector<std::vector<int>> next;
};

Graph gather(const Communicator& world, const Topology& topology) {
  std::vector<int> mine(topology.neighbors().begin(), topology.neighbors().end());
  mine.push_back(-1);  // ends the list
  for (int rank = 0; rank < world.size(); ++rank)
    mine.push_back(rank == world.rank() ? -1 : topology.neighbors()[topology.next_hop(rank)]);
  const auto bytes = world.gather_all(std::as_bytes(std::span{mine}));
  std::vector<int> all(bytes.size() / sizeof(int));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  Graph graph;
  auto at = all.begin();
  for (int rank = 0; rank < world.size(); ++rank) {
    const auto end = std::find(at, all.end(), -1);
    graph.neighbors.emplace_back(at, end);
    at = end + 1 + world.size();
    graph.next.emplace_back(end + 1, at);
  }
  return graph;
}

TEST_CASE("neighbors are symmetric, ascending, without the rank itself") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid, TopologyKind::automatic}) {
    const Topology topology{world, kind};
    const Graph graph = gather(world, topology);
    for (int rank = 0; rank < world.size(); ++rank) {
      const auto& mine = graph.neighbors[static_cast<std::size_t>(rank)];
      REQUIRE(std::ranges::is_sorted(mine));
      REQUIRE(std::ranges::adjacent_find(mine) == mine.end());
      REQUIRE_FALSE(std::ranges::binary_search(mine, rank));
      for (const int other : mine)
        REQUIRE(std::ranges::binary_search(graph.neighbors[static_cast<std::size_t>(other)], rank));
    }
  }
}

TEST_CASE("every route ends at its goal, in as many hops as are promised, over neighbors only") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid, TopologyKind::automatic}) {
    const Topology topology{world, kind};
    const Graph graph = gather(world, topology);
    int longest = 0;
    for (int from = 0; from < world.size(); ++from)
      for (int to = 0; to < world.size(); ++to) {
        int hops = 0;
        for (int at = from; at != to; ++hops) {
          REQUIRE(hops <= topology.max_hops());
          const int next = graph.next[static_cast<std::size_t>(at)][static_cast<std::size_t>(to)];
          REQUIRE(std::ranges::binary_search(graph.neighbors[static_cast<std::size_t>(at)], next));
          at = next;
        }
        longest = std::max(longest, hops);
      }
    CHECK(longest == topology.max_hops());
  }
}

TEST_CASE("complete means all with all in one hop; a grid has few neighbors and at most three hops") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const int ranks = world.size();
  const Topology complete{world, TopologyKind::complete};
  CHECK(static_cast<int>(complete.neighbors().size()) == ranks - 1);
  CHECK(complete.max_hops() == (ranks > 1 ? 1 : 0));
  const Topology grid{world, TopologyKind::grid};
  CHECK(grid.max_hops() <= 3);
  if (ranks == 27) CHECK(grid.neighbors().size() == 6);
  if (ranks == 64) CHECK(grid.neighbors().size() == 9);
}

TEST_CASE("the automatic topology is complete for few ranks and a grid for many") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const Topology topology{world, TopologyKind::automatic};
  CHECK(topology.kind() ==
        (world.size() <= defaults::complete_topology_ranks ? TopologyKind::complete : TopologyKind::grid));
}

TEST_CASE("a neighborhood collective goes in the order of the neighbors") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const Topology topology{world, TopologyKind::grid};
  const int mine = 100 + world.rank();
  std::vector<int> got(topology.neighbors().size());
  mpi_check(MPI_Neighbor_allgather(&mine, 1, MPI_INT, got.data(), 1, MPI_INT, topology.comm().get()));
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == 100 + topology.neighbors()[i]);
}

TEST_CASE("topologies can be made over and over") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (int i = 0; i < 20; ++i) {
    const Topology topology{world, i % 2 == 0 ? TopologyKind::grid : TopologyKind::complete};
    CHECK(topology.comm().size() == world.size());
  }
}

}  // namespace
