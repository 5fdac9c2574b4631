#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>
#include <pagerank/clusters.hpp>

#include <circo/graph/generate.hpp>

using namespace circo;
using models::in_clusters;

namespace {

void check_each_comes_once(const std::vector<Graph::Vertex>& order, std::uint64_t n) {
  std::vector<Graph::Vertex> sorted = order, all(n);
  std::ranges::sort(sorted);
  std::iota(all.begin(), all.end(), 0);
  CHECK(sorted == all);
}

}  // namespace

TEST_CASE("clusters of a mesh are compact: few edges leave them, though rows of it are as long as a cluster is large") {
  const Graph mesh = generate::grid2d(64, 64, false);
  const auto order = in_clusters(mesh, 64);
  check_each_comes_once(order, 64 * 64);
  std::vector<std::size_t> cluster(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) cluster[order[place]] = place / 64;
  double cut = 0;
  mesh.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double) { cut += cluster[u] != cluster[v]; });
  // Squares of 8 x 8 cut 0.11 of the edges, rows 0.5.
  CHECK(cut / static_cast<double>(mesh.arc_count()) < 0.3);
}

TEST_CASE("where nothing more can be reached a cluster goes on at the lowest vertex left") {
  const Graph pairs = undirected_graph(8, {{0, 7}, {1, 6}, {2, 5}});
  CHECK(in_clusters(pairs, 4) == std::vector<Graph::Vertex>{0, 7, 1, 6, 2, 5, 3, 4});
  CHECK(in_clusters(pairs, 3) == std::vector<Graph::Vertex>{0, 7, 1, 2, 5, 3, 4, 6});
  CHECK(in_clusters(Graph{}, 4).empty());
}

TEST_CASE("a cluster follows arcs, also those that have no way back") {
  CHECK(in_clusters(directed_graph(5, {{0, 4}, {4, 2}, {1, 3}}), 3) == std::vector<Graph::Vertex>{0, 4, 2, 1, 3});
}
