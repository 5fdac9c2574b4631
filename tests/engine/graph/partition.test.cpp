#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include "two_mixed_cliques.hpp"
#include <circo/actor/random.hpp>
#include <circo/error.hpp>
#include <circo/graph/generate.hpp>
#include <circo/graph/integer_graph.hpp>
#include <circo/graph/partition.hpp>

namespace {

using namespace circo;

template <class Check>
void with_each(Check&& check) {
  for (const Partitioner& partitioner : partitioners()) {
    if (!partitioner.lacks.empty()) continue;
    CAPTURE(partitioner.name);
    check(partitioner);
  }
}

TEST_CASE("quality is the share of the cut edges' weight and the heaviest part over the mean") {
  const Graph path = undirected_graph(4, {{0, 1}, {1, 2}, {2, 3}}, {1, 2, 5});
  CHECK(quality_of(path, {0, 0, 1, 1}, 2).cut == doctest::Approx(2.0 / 8));
  CHECK(quality_of(path, {0, 0, 1, 1}, 2).imbalance == doctest::Approx(1));
  CHECK(quality_of(path, {0, 0, 0, 1}, 2).imbalance == doctest::Approx(1.5));
  CHECK(quality_of(path, {0, 0, 0, 0}, 4).imbalance == doctest::Approx(4));
  Graph heavy = path;
  heavy.vertex_weights = {3, 0, 0, 1};
  CHECK(quality_of(heavy, {0, 0, 1, 1}, 2).imbalance == doctest::Approx(1.5));
  CHECK(quality_of(Graph{}, {}, 3).cut == 0);
  CHECK(quality_of(Graph{}, {}, 3).imbalance == 1);
}

TEST_CASE("two clusters are parted at their bridge") {
  const Graph graph = test::two_mixed_cliques();
  with_each([&](const Partitioner& partitioner) {
    const auto parts = partition(partitioner, graph, {.parts = 2});
    const auto quality = quality_of(graph, parts, 2);
    CHECK(quality.cut == doctest::Approx(1.0 / static_cast<double>(graph.edge_count())));
    CHECK(quality.imbalance == doctest::Approx(1));
  });
}

TEST_CASE("a mesh is divided in balance, with a cut as good as squares make it, the same each time") {
  const Graph mesh = generate::grid2d(64, 64, false);
  with_each([&](const Partitioner& partitioner) {
    const auto parts = partition(partitioner, mesh, {.parts = 16, .seed = 3});
    const auto quality = quality_of(mesh, parts, 16);
    CHECK(quality.imbalance <= defaults::balanced + 1e-9);
    // 16 squares cut 6 lines of 64 edges.
    CHECK(quality.cut * static_cast<double>(mesh.edge_count()) <= 1.3 * 6 * 64);
    CHECK(partition(partitioner, mesh, {.parts = 16, .seed = 3}) == parts);
    const auto zero = partition(partitioner, mesh, {.parts = 16, .seed = 0});
    CHECK(partition(partitioner, mesh, {.parts = 16, .seed = 1}) != zero);
  });
}

TEST_CASE("vertex and edge weights of any size count") {
  const std::uint64_t seed = test::test_seed();
  for (const double unit : {1.0, 1e-9, 0.37, 1e12}) {
    CAPTURE(unit);
    Graph mesh = generate::grid2d(40, 10, false);
    for (Graph::Vertex v = 0; v < mesh.vertex_count(); ++v)
      mesh.vertex_weights.push_back(unit * (1 + 3 * unit_interval(mix(seed, v))));
    // Columns 19 | 20 hardly talk.
    for (Graph::Vertex u = 0; u < mesh.vertex_count(); ++u)
      for (const Graph::Vertex v : mesh.neighbors(u))
        mesh.weights.push_back(u % 40 + v % 40 == 39 && u / 40 == v / 40 ? unit * 0.01 : unit);
    with_each([&](const Partitioner& partitioner) {
      const auto parts = partition(partitioner, mesh, {.parts = 2, .imbalance = 1.2});
      const auto quality = quality_of(mesh, parts, 2);
      CHECK(quality.imbalance <= 1.21);
      CHECK(quality.cut < 0.001);
    });
  }
}

TEST_CASE("weights are scaled to whole numbers only when they must be, in proportion, and never overflow") {
  using Weights = std::vector<int>;
  auto whole = [](std::vector<double> weights, double most, int least) {
    return whole_weights<int>(weights, most, least);
  };
  CHECK(whole({3, 3, 3}, 100, 1) == Weights{});
  CHECK(whole({1, 2, 3}, 100, 1) == Weights{1, 2, 3});
  CHECK(whole({1, 2, 3}, 3, 0) == Weights{1, 1, 2});
  CHECK(whole({0.5, 0.25}, 300, 1) == Weights{200, 100});
  CHECK(whole({1e300, 1, 0}, 1000, 1) == Weights{1000, 1, 1});
  CHECK(whole({}, 10, 1) == Weights{});
  std::vector<double> many(100000, 1e9);
  many[0] = 7e9;
  std::int64_t sum = 0;
  for (const int weight : whole_weights<int>(many, 1 << 30, 1)) sum += weight;
  CHECK(std::abs(sum - (1 << 30)) <= 50000);
}

TEST_CASE("degenerate graphs: none, one part, more parts than vertices, no edges, loops and arcs one way") {
  with_each([&](const Partitioner& partitioner) {
    CHECK(partition(partitioner, Graph{}, {.parts = 4}).empty());
    const Graph path = undirected_graph(3, {{0, 1}, {1, 2}});
    CHECK(partition(partitioner, path, {.parts = 1}) == Partition{0, 0, 0});
    auto alone = partition(partitioner, path, {.parts = 5});
    CHECK(quality_of(path, alone, 5).imbalance == doctest::Approx(5.0 / 3));
    Graph points = undirected_graph(6, {});
    points.vertex_weights = {5, 1, 1, 1, 1, 1};
    CHECK(quality_of(points, partition(partitioner, points, {.parts = 2}), 2).imbalance == doctest::Approx(1));
    // A ring whose arcs go one way, with loops, and a vertex on its own.
    std::vector<Graph::Edge> arcs;
    for (Graph::Vertex v = 0; v < 40; ++v) {
      arcs.push_back({v, (v + 1) % 40});
      arcs.push_back({v, v});
    }
    const Graph ring = directed_graph(41, arcs);
    const auto halves = partition(partitioner, ring, {.parts = 2});
    CHECK(quality_of(ring, halves, 2).cut == doctest::Approx(2.0 / 40));
  });
}

TEST_CASE("a partitioner that the build lacks says so") {
  const Partitioner absent{"absent", "", "Absent (Debian: libabsent-dev)", nullptr};
  CHECK_THROWS_WITH_AS(partition(absent, Graph{}, {}),
                       "absent: this build was made without Absent (Debian: libabsent-dev); install it, configure and "
                       "build again",
                       Error);
}

}  // namespace
