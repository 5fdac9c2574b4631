#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <graph/conversation.hpp>

#include "engine/test_seed.hpp"
#include <circo/error.hpp>
#include <circo/graph/generators.hpp>
#include <circo/graph/vertex_loads.hpp>

namespace {

using namespace circo;
using namespace circo::models;

double messages(std::uint64_t rate) { return std::ldexp(static_cast<double>(rate), -Conversation::fraction_bits); }

TEST_CASE("rates are in proportion to the weights and a vertex sends as many messages as wanted in the mean") {
  for (const bool directed : {false, true}) {
    const std::vector<Graph::Edge> edges{{0, 1}, {1, 2}, {2, 2}, {0, 1}};
    const std::vector<double> weights{3, 2, 50, 1};
    const Graph graph = directed ? directed_graph(5, edges, weights) : undirected_graph(5, edges, weights);
    const Conversation conversation = conversation_over(graph, 3);
    CHECK(conversation.directed == directed);
    CHECK(conversation.loads == std::vector<double>(5, 1));
    REQUIRE(conversation.edges.size() == 2);  // the loop is no conversation, the parallel edges are one
    CHECK(conversation.edges[0].to == 1);
    CHECK(messages(conversation.edges[0].rate) / messages(conversation.edges[1].rate) == doctest::Approx(2));
    const double sent = messages(conversation.edges[0].rate) + messages(conversation.edges[1].rate);
    CHECK((directed ? sent : 2 * sent) == doctest::Approx(3 * 5));
  }
  CHECK(conversation_over(directed_graph(3, {}), 3).edges.empty());
  CHECK_THROWS_AS(conversation_over(undirected_graph(1000, {{0, 1}}), 10000), Error);
}

TEST_CASE("each edge is a line of the vertex that sends along it, in both directions when undirected") {
  const Graph graph = load_graph("barabasi:n=200,m=3", test::test_seed());
  const Conversation conversation = conversation_over(graph, 1);
  const Lines lines{conversation};
  std::vector<std::vector<Graph::Vertex>> expected(200), found(200);
  for (const auto& edge : conversation.edges) {
    expected[edge.from].push_back(edge.to);
    expected[edge.to].push_back(edge.from);
  }
  double phases = 0;
  for (Graph::Vertex v = 0; v < 200; ++v)
    for (const Line& line : lines.of(v)) {
      found[v].push_back(line.to);
      phases += std::ldexp(line.phase, -32);
    }
  CHECK(found == expected);
  CHECK(phases / static_cast<double>(2 * conversation.edges.size()) == doctest::Approx(0.5).epsilon(0.01));
}

TEST_CASE("the quality of a placement is that of a count edge by edge") {
  const std::uint64_t seed = test::test_seed();
  const Graph graph = load_graph("rmat:9", seed);
  Conversation conversation = conversation_over(graph, 4);
  conversation.loads = loads_named("pareto:1.3", graph, seed);
  std::vector<SchedulerId> places(graph.vertex_count());
  for (std::size_t v = 0; v < places.size(); ++v) places[v] = static_cast<SchedulerId>(v * v % 7);
  std::vector<double> loads(8, 0);
  double cut = 0, all = 0, sum = 0;
  for (Graph::Vertex v = 0; v < graph.vertex_count(); ++v) {
    loads[places[v]] += conversation.loads[v];
    sum += conversation.loads[v];
  }
  graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
    all += weight;
    if (places[u] != places[v]) cut += weight;
  });
  const Quality quality = quality_of(conversation, places, 8);
  CHECK(quality.cut_share == doctest::Approx(cut / all));
  CHECK(quality.imbalance == doctest::Approx(std::ranges::max(loads) / (sum / 8)));
  CHECK(quality_of({.edges = {}, .loads = {0, 0}}, std::vector<SchedulerId>{0, 1}, 2).imbalance == 1);
}

TEST_CASE("Pareto loads have the distribution's tail and are a function of the seed") {
  const Graph graph = load_graph("ring:20000", 1);
  const std::uint64_t seed = test::test_seed();
  const auto loads = loads_named("pareto:1.3,most=50", graph, seed);
  for (const double x : {1.5, 4.0, 20.0}) {
    const auto above = std::ranges::count_if(loads, [&](double load) { return load > x; });
    CHECK(static_cast<double>(above) / 20000 == doctest::Approx(std::pow(x, -1.3)).epsilon(0.25));
  }
  CHECK(std::ranges::min(loads) >= 1);
  CHECK(std::ranges::max(loads) == 50);
  CHECK(loads == loads_named("pareto:1.3,most=50", graph, seed));
  CHECK(loads != loads_named("pareto:1.3,most=50", graph, seed + 1));
}

TEST_CASE("loads that are not there are refused") {
  const Graph graph = load_graph("ring:5", 1);
  CHECK_THROWS_WITH_AS(loads_named("gauss", graph, 1),
                       "--loads gauss: expected uniform, file or pareto:SHAPE, as in pareto:1.3", Error);
  CHECK_THROWS_AS(loads_named("file", graph, 1), Error);
  CHECK_THROWS_AS(loads_named("pareto:-1", graph, 1), Error);
  CHECK_THROWS_AS(loads_named("pareto:1.3,most=nan", graph, 1), Error);
}

}  // namespace
