#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include "two_mixed_cliques.hpp"
#include <circo/actor/random.hpp>
#include <circo/graph/bisection.hpp>
#include <circo/graph/generate.hpp>

namespace {

using namespace circo;

double cut_weight(const Graph& graph, const Partition& division) {
  double cut = 0;
  graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
    if (division[u] < division[v]) cut += weight;
  });
  return cut;
}

double heavier_part(const Graph& graph, const Partition& division) {
  double weights[2] = {0, 0};
  for (Graph::Vertex v = 0; v < division.size(); ++v) weights[division[v]] += graph.vertex_weight(v);
  return std::max(weights[0], weights[1]);
}

/// With parallel edges and loops; edges and vertices have weights.
Graph random_graph(Random& random, Graph::Vertex n, std::uint64_t edge_count) {
  std::vector<Graph::Edge> edges;
  std::vector<double> weights;
  for (std::uint64_t k = 0; k < edge_count; ++k) {
    edges.push_back({static_cast<Graph::Vertex>(random.below(n)), static_cast<Graph::Vertex>(random.below(n))});
    weights.push_back(random.uniform());
  }
  Graph graph = undirected_graph(n, edges, weights);
  for (Graph::Vertex v = 0; v < n; ++v) graph.vertex_weights.push_back(random.uniform());
  return graph;
}

TEST_CASE("two mixed cliques are parted at their bridge, though every way there leads through a loss") {
  const Graph graph = test::two_mixed_cliques();
  Partition division(60);
  for (Graph::Vertex v = 0; v < 60; ++v) division[v] = v < 30;
  const double before = cut_weight(graph, division);
  CHECK(refine_bisection(graph, division, 31) == before - 1);
  CHECK(cut_weight(graph, division) == 1);
  CHECK(heavier_part(graph, division) == 30);
}

TEST_CASE("the cut falls by what is said, no part grows beyond the cap, and a second time nothing is left to gain") {
  const std::uint64_t seed = test::test_seed();
  Random random{seed, 0};
  for (int round = 0; round < 30; ++round) {
    const auto n = static_cast<Graph::Vertex>(2 + random.below(200));
    const Graph graph = random_graph(random, n, 3 * std::uint64_t{n});
    const double all = std::accumulate(graph.vertex_weights.begin(), graph.vertex_weights.end(), 0.0);
    Partition division(n);
    for (auto& part : division) part = static_cast<std::uint32_t>(random.below(2));
    const double before = cut_weight(graph, division), heaviest = heavier_part(graph, division);
    const double gained = refine_bisection(graph, division, 0.52 * all);
    CHECK(gained >= 0);
    CHECK(cut_weight(graph, division) == doctest::Approx(before - gained));
    CHECK(heavier_part(graph, division) <= std::max(0.52 * all, heaviest) + 1e-9);
    const Partition refined = division;
    CHECK(refine_bisection(graph, division, 0.52 * all) == 0);
    CHECK(division == refined);
  }
}

TEST_CASE("a mesh divided at random comes close to halves") {
  const std::uint64_t seed = test::test_seed();
  const Graph mesh = generate::grid2d(32, 32, false);
  Partition division(1024);
  for (Graph::Vertex v = 0; v < 1024; ++v) division[v] = static_cast<std::uint32_t>(mix(seed, v) & 1);
  refine_bisection(mesh, division, 540);
  // Halves cut 32 of 1984 edges, a random division 992. With 60 seeds 32 to 45 were cut; by gains alone, without a loss
  // on the way, more than 300.
  CHECK(cut_weight(mesh, division) < 100);
}

TEST_CASE("one too heavy for the other side holds up nobody") {
  Graph graph = undirected_graph(5, {{0, 3}, {1, 3}, {2, 3}, {1, 4}}, {10, 1, 1, 2});
  graph.vertex_weights = {5, 1, 1, 5, 1};
  Partition division{0, 0, 0, 1, 1};
  CHECK(refine_bisection(graph, division, 7) > 0);
  CHECK(division[0] == 0);
  CHECK(division[3] == 1);
}

TEST_CASE("a division grows from whole components, of which the heaviest go first") {
  // Paths of 40, 30, 20 and 10 vertices, numbered in turns.
  std::vector<Graph::Edge> edges;
  const Graph::Vertex lengths[] = {10, 40, 20, 30};
  for (Graph::Vertex path = 0; path < 4; ++path)
    for (Graph::Vertex k = 1; k < lengths[path]; ++k) edges.push_back({4 * (k - 1) + path, 4 * k + path});
  Graph graph = undirected_graph(160, edges);
  for (Graph::Vertex v = 0; v < 160; ++v) graph.vertex_weights.push_back(v / 4 < lengths[v % 4] ? 1 : 0);
  for (const int end : {0, 1}) {
    const Partition division = grow_bisection(graph, 50, end);
    CHECK(cut_weight(graph, division) == 0);
    CHECK(heavier_part(graph, division) == 50);
    CHECK(division[1] == division[0]);  // 40 + 10
  }
}

TEST_CASE("a connected graph is divided in halves that lie together, from either end") {
  std::vector<Graph::Edge> edges;
  for (Graph::Vertex v = 1; v < 101; ++v) edges.push_back({v - 1, v});
  const Graph path = undirected_graph(101, edges);
  const Partition first = grow_bisection(path, 52, 0), second = grow_bisection(path, 52, 1);
  for (const Partition& division : {first, second}) {
    CHECK(cut_weight(path, division) == 1);
    CHECK(heavier_part(path, division) == 51);
  }
  CHECK(first[0] != second[0]);

  const Graph mesh = generate::grid2d(32, 32, false);
  for (const int end : {0, 1}) {
    Partition division = grow_bisection(mesh, 530, end);
    CHECK(heavier_part(mesh, division) == 512);
    CHECK(cut_weight(mesh, division) < 130);
    refine_bisection(mesh, division, 530);
    CHECK(cut_weight(mesh, division) < 64);
  }
}

TEST_CASE("what grows is as heavy as asked for, whatever the graph, but for one vertex that is too heavy") {
  const std::uint64_t seed = test::test_seed();
  Random random{seed, 0};
  for (int round = 0; round < 50; ++round) {
    const auto n = static_cast<Graph::Vertex>(1 + random.below(200));
    const Graph graph = random_graph(random, n, random.below(2 * n));
    const double all = std::accumulate(graph.vertex_weights.begin(), graph.vertex_weights.end(), 0.0);
    const double largest = std::ranges::max(graph.vertex_weights);
    for (const int end : {0, 1})
      CHECK(heavier_part(graph, grow_bisection(graph, 0.52 * all, end)) <= std::max(0.52 * all, all / 2 + largest));
  }
}

TEST_CASE("nothing to divide: no vertex, one vertex, no edges, loops alone") {
  Partition none, one{0}, two{0, 1};
  CHECK(refine_bisection(Graph{}, none, 1) == 0);
  CHECK(refine_bisection(undirected_graph(1, {}), one, 1) == 0);
  CHECK(refine_bisection(undirected_graph(2, {}), two, 1) == 0);
  CHECK(refine_bisection(undirected_graph(2, {{0, 0}, {1, 1}}), two, 2) == 0);
  CHECK(two == Partition{0, 1});
  CHECK(grow_bisection(Graph{}, 1, 0).empty());
  CHECK(grow_bisection(undirected_graph(1, {}), 1, 1) == Partition{0});
}

}  // namespace
