#include <doctest/doctest.h>

#include "scratch.hpp"
#include <circo/graph/generators.hpp>
#include <circo/graph/graph_share.hpp>

using namespace circo;
using test::check_contains;
using test::error_of;
using test::Scratch;

TEST_CASE("Every rank gets the graph that rank 0 loads, whole or in pieces") {
  const auto comm = Communicator::duplicate(MPI_COMM_WORLD);
  for (const char* spec : {"grid2d:20x30", "communities:count=8", "rmat:scale=7,directed=yes", "ring:1"}) {
    const Graph expected = load_graph(spec, 5);
    for (const std::size_t piece : {defaults::transfer_bytes, std::size_t{4096}, std::size_t{7}}) {
      const std::uint64_t seed = comm.rank() == 0 ? 5 : 6;  // rank 0's counts
      CHECK(share_graph(comm, spec, seed, piece) == expected);
    }
  }
}

TEST_CASE("Vertex weights, and a graph without vertices, are broadcast too") {
  const auto comm = Communicator::duplicate(MPI_COMM_WORLD);
  Graph graph = undirected_graph(3, {{0, 1}, {1, 2}}, {2, 3});
  graph.vertex_weights = {1, 2, 3};
  CHECK(broadcast_graph(comm, comm.rank() == 0 ? graph : Graph{}) == graph);
  CHECK(broadcast_graph(comm, comm.rank() == 0 ? Graph{} : graph) == Graph{});
}

TEST_CASE("An error of rank 0 is thrown on every rank with the same text, and the communicator stays usable") {
  const auto comm = Communicator::duplicate(MPI_COMM_WORLD);
  const Scratch scratch;  // a different one on every rank
  const std::string path = comm.broadcast(scratch.path("bad.txt").string(), 0);
  if (comm.rank() == 0) scratch.write("bad.txt", "0 1\n2 x\n");
  const std::string error = error_of([&] { share_graph(comm, path, 1); });
  check_contains(error, path + ":2: found 'x'; expected a vertex");
  CHECK(error == comm.broadcast(error, 0));
  check_contains(error_of([&] { share_graph(comm, "gird2d:3x3", 1); }), "did you mean grid2d?");
  CHECK(share_graph(comm, "ring:5", 1) == load_graph("ring:5", 1));
}

TEST_CASE("A piece must have a size that MPI can count") {
  const auto comm = Communicator::duplicate(MPI_COMM_WORLD);
  CHECK_THROWS_AS(share_graph(comm, "ring:5", 1, 0), std::invalid_argument);
  CHECK_THROWS_AS(share_graph(comm, "ring:5", 1, std::size_t{1} << 31), std::invalid_argument);
}
