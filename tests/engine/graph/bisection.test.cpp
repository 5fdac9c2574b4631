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
    std::vector<Graph::Edge> edges;
    std::vector<double> weights;
    for (std::uint64_t k = 0; k < 3 * n; ++k) {
      edges.push_back({static_cast<Graph::Vertex>(random.below(n)), static_cast<Graph::Vertex>(random.below(n))});
      weights.push_back(random.uniform());
    }
    Graph graph = undirected_graph(n, edges, weights);
    double all = 0;
    for (Graph::Vertex v = 0; v < n; ++v) all += graph.vertex_weights.emplace_back(random.uniform());
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

TEST_CASE("nothing to divide: no vertex, one vertex, no edges, loops alone") {
  Partition none, one{0}, two{0, 1};
  CHECK(refine_bisection(Graph{}, none, 1) == 0);
  CHECK(refine_bisection(undirected_graph(1, {}), one, 1) == 0);
  CHECK(refine_bisection(undirected_graph(2, {}), two, 1) == 0);
  CHECK(refine_bisection(undirected_graph(2, {{0, 0}, {1, 1}}), two, 2) == 0);
  CHECK(two == Partition{0, 1});
}

}  // namespace
