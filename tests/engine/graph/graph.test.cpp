#include <limits>
#include <stdexcept>
#include <tuple>

#include <doctest/doctest.h>

#include "scratch.hpp"
#include <circo/actor/random.hpp>
#include <circo/graph/graph.hpp>

using namespace circo;
using test::check_contains;
using test::error_of;

namespace {

using Edges = std::vector<Graph::Edge>;

Edges random_edges(std::uint64_t n, std::uint64_t count, std::uint64_t seed) {
  Random random{seed, 0};
  Edges edges;
  for (std::uint64_t i = 0; i < count; ++i) {
    edges.push_back({static_cast<Graph::Vertex>(random.below(n)), static_cast<Graph::Vertex>(random.below(n))});
  }
  return edges;
}

}  // namespace

TEST_CASE("A graph has sorted rows, whatever the order of its edges") {
  const Graph shuffled = directed_graph(4, {{2, 3}, {0, 3}, {0, 1}, {2, 0}}, {5, 6, 7, 8});
  CHECK(shuffled.offsets == std::vector<std::uint64_t>{0, 2, 2, 4, 4});
  CHECK(shuffled.targets == std::vector<Graph::Vertex>{1, 3, 0, 3});
  CHECK(shuffled.weights == std::vector<double>{7, 6, 8, 5});
  CHECK(shuffled == directed_graph(4, {{0, 1}, {0, 3}, {2, 0}, {2, 3}}, {7, 6, 8, 5}));
  shuffled.validate();
}

TEST_CASE("An undirected edge is two arcs, a loop one, and each counts as one edge") {
  const Graph graph = undirected_graph(3, {{0, 1}, {2, 1}, {2, 2}}, {3, 4, 5});
  CHECK(graph.offsets == std::vector<std::uint64_t>{0, 1, 3, 5});
  CHECK(graph.targets == std::vector<Graph::Vertex>{1, 0, 2, 1, 2});
  CHECK(graph.weights == std::vector<double>{3, 3, 4, 4, 5});
  CHECK(graph.loop_count() == 1);
  CHECK(graph.edge_count() == 3);
  graph.validate();
}

TEST_CASE("Arcs are met row by row, with their weights, or 1 where there are none") {
  using Arcs = std::vector<std::tuple<Graph::Vertex, Graph::Vertex, double>>;
  const auto arcs_of = [](const Graph& graph) {
    Arcs arcs;
    graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) { arcs.emplace_back(u, v, weight); });
    return arcs;
  };
  CHECK(arcs_of(directed_graph(3, {{2, 1}, {0, 2}, {0, 1}, {2, 2}}, {5, 6, 7, 8})) ==
        Arcs{{0, 1, 7}, {0, 2, 6}, {2, 1, 5}, {2, 2, 8}});
  CHECK(arcs_of(directed_graph(2, {{1, 0}})) == Arcs{{1, 0, 1}});
  CHECK(arcs_of(Graph{}).empty());
}

TEST_CASE("A graph without vertices or edges is valid") {
  Graph{}.validate();
  CHECK(Graph{}.vertex_count() == 0);
  const Graph isolated = undirected_graph(3, {});
  isolated.validate();
  CHECK(isolated.vertex_count() == 3);
  CHECK(symmetrised(isolated).vertex_count() == 3);
  CHECK(reversed(Graph{}).vertex_count() == 0);
}

TEST_CASE("An edge or a number of weights that does not fit is refused") {
  CHECK_THROWS_AS(directed_graph(2, {{0, 2}}), std::invalid_argument);
  CHECK_THROWS_AS(directed_graph(2, {{0, 1}}, {1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(directed_graph(Graph::max_vertices + 1, {}), std::invalid_argument);
}

TEST_CASE("Reversing twice gives the same graph") {
  const Graph graph = directed_graph(40, random_edges(40, 300, 3));
  CHECK(reversed(graph) != graph);
  CHECK(reversed(reversed(graph)) == graph);
}

TEST_CASE("Symmetrised adds or takes the largest of the weights there and back") {
  const Graph graph = directed_graph(3, {{0, 1}, {1, 0}, {1, 2}, {2, 2}, {0, 1}}, {2, 10, 4, 7, 3});
  const Graph sum = symmetrised(graph);
  CHECK(sum.targets == std::vector<Graph::Vertex>{1, 0, 2, 1, 2});
  CHECK(sum.weights == std::vector<double>{15, 15, 4, 4, 7});
  CHECK_FALSE(sum.directed);
  sum.validate();
  CHECK(symmetrised(graph, Combine::largest).weights == std::vector<double>{10, 10, 4, 4, 7});
  CHECK(symmetrised(directed_graph(2, {{0, 1}})).weights.empty());
  symmetrised(directed_graph(30, random_edges(30, 200, 4))).validate();
}

TEST_CASE("Simplified merges parallel edges and drops loops") {
  const Graph graph = simplified(undirected_graph(3, {{0, 1}, {1, 0}, {1, 1}, {1, 2}}));
  CHECK(graph.targets == std::vector<Graph::Vertex>{1, 0, 2, 1});
  CHECK(graph.weights == std::vector<double>{2, 2, 1, 1});
  CHECK(simplified(undirected_graph(2, {{0, 1}, {1, 1}})).weights.empty());
}

TEST_CASE("An arc without its reverse is found") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Edges edges = random_edges(6, 8, seed), both = edges;
    for (const auto [from, to] : edges) {
      if (from != to) both.push_back({to, from});
    }
    CHECK_FALSE(find_unmatched(directed_graph(6, both)));
    std::erase_if(both, [&](auto edge) { return edge.from == edges[0].to && edge.to == edges[0].from; });
    const auto found = find_unmatched(directed_graph(6, both));
    CHECK(found.has_value() == (edges[0].from != edges[0].to));
    if (found) CHECK(std::pair{edges[0].from, edges[0].to} == *found);
  }
  CHECK(find_unmatched(directed_graph(2, {{0, 1}, {1, 0}}, {1, 2})));
}

TEST_CASE("Validation names the rule that is broken") {
  const Graph good = undirected_graph(3, {{0, 1}, {1, 2}}, {2, 3});
  Graph bad = good;
  bad.offsets[1] = 9;
  check_contains(error_of([&] { bad.validate("net"); }), "net: ", "offsets");
  bad = good;
  bad.offsets.clear();
  check_contains(error_of([&] { bad.validate(); }), "offsets");
  bad = good;
  bad.targets[0] = 3;
  check_contains(error_of([&] { bad.validate(); }), "vertex 0 has the neighbor 3", "below 3");
  bad = good;
  std::swap(bad.targets[1], bad.targets[2]);
  check_contains(error_of([&] { bad.validate(); }), "row 1 is not sorted");
  bad = good;
  bad.weights.pop_back();
  check_contains(error_of([&] { bad.validate(); }), "edge weights: 3 for 4");
  bad = good;
  bad.weights[2] = std::numeric_limits<double>::quiet_NaN();
  check_contains(error_of([&] { bad.validate(); }), "edge weight 2 is nan");
  bad = good;
  bad.vertex_weights = {1, -1, 1};
  check_contains(error_of([&] { bad.validate(); }), "vertex weight 1 is -1");
  bad = good;
  bad.weights[0] = 5;
  check_contains(error_of([&] { bad.validate(); }), "no reverse of the same weight");
  bad.directed = true;
  bad.validate();
}
