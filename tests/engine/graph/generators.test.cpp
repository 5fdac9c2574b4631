#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "scratch.hpp"
#include <circo/graph/generate.hpp>
#include <circo/graph/generators.hpp>
#include <circo/graph/graph_file.hpp>
#include <circo/nearest_name.hpp>

using namespace circo;
using test::check_contains;
using test::error_of;
using test::Scratch;

namespace {

std::string refusal(std::string_view spec) {
  return error_of([&] { load_graph(spec, 1); });
}

double mean_degree(const Graph& graph) {
  return static_cast<double>(graph.arc_count()) / static_cast<double>(graph.vertex_count());
}

double total_weight(const Graph& graph) {
  double sum = 0;
  for (std::uint64_t arc = 0; arc < graph.arc_count(); ++arc) sum += graph.weight(arc);
  return sum;
}

bool is_simple(const Graph& graph) { return simplified(graph) == graph; }

/// FNV-1a over the structure: equal on every machine when generation is reproducible.
std::uint64_t fingerprint(const Graph& graph) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  const auto add = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001B3ull; };
  for (const auto offset : graph.offsets) add(offset);
  for (const auto target : graph.targets) add(target);
  for (const auto weight : graph.weights) add(static_cast<std::uint64_t>(weight));
  return hash;
}

}  // namespace

TEST_CASE("A mesh joins each vertex to the next along every axis") {
  CHECK(load_graph("grid2d:3x2", 1) == undirected_graph(6, {{0, 1}, {1, 2}, {3, 4}, {4, 5}, {0, 3}, {1, 4}, {2, 5}}));
  CHECK(load_graph("grid2d:5", 1).edge_count() == 40);
  const Graph box = load_graph("grid3d:2x3x4", 1);
  CHECK(box.vertex_count() == 24);
  CHECK(box.edge_count() == 1 * 3 * 4 + 2 * 2 * 4 + 2 * 3 * 3);
  const Graph torus = load_graph("grid3d:4,periodic=yes", 1);
  for (Graph::Vertex v = 0; v < 64; ++v) CHECK(torus.degree(v) == 6);
  CHECK(is_simple(load_graph("grid2d:2x1,periodic=yes", 1)));
}

TEST_CASE("A ring closes and a tree has the parents of a heap") {
  CHECK(load_graph("ring:4", 1) == undirected_graph(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}));
  CHECK(load_graph("ring:2", 1).edge_count() == 1);
  CHECK(load_graph("ring:1", 1).edge_count() == 0);
  CHECK(load_graph("tree:n=6", 1) == undirected_graph(6, {{0, 1}, {0, 2}, {1, 3}, {1, 4}, {2, 5}}));
  CHECK(load_graph("tree:4,arity=1", 1) == undirected_graph(4, {{0, 1}, {1, 2}, {2, 3}}));
}

TEST_CASE("A random geometric graph joins exactly the near points, whatever the cells") {
  constexpr std::uint64_t n = 300;
  for (const bool cube : {false, true}) {
    for (const double degree : {0.0, 0.5, 6.0, 60.0, 1e6}) {
      // The same points, but every pair looked at.
      Random random{5, 0};
      std::vector<std::array<double, 3>> points(n, {0, 0, 0});
      for (auto& point : points) {
        for (std::size_t axis = 0; axis < (cube ? 3 : 2); ++axis) {
          point[axis] = static_cast<double>(random() >> 34) * 0x1p-30;
        }
      }
      const double share = degree / (std::numbers::pi * n), radius = cube ? std::cbrt(0.75 * share) : std::sqrt(share);
      std::vector<Graph::Edge> edges;
      for (Graph::Vertex i = 0; i < n; ++i) {
        for (Graph::Vertex j = 0; j < i; ++j) {
          const auto &p = points[i], &q = points[j];
          if (std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < radius) edges.push_back({i, j});
        }
      }
      CHECK(generate::random_geometric(n, degree, cube, Random{5, 0}) == undirected_graph(n, edges));
    }
  }
  // In the middle the mean is `degree`; at the border it is less.
  CHECK(mean_degree(load_graph("rgg:n=20000,degree=10", 1)) == doctest::Approx(9.9).epsilon(0.02));
  CHECK(mean_degree(load_graph("rgg:n=20000,degree=10,dimension=3", 1)) == doctest::Approx(9.2).epsilon(0.04));
}

TEST_CASE("R-MAT draws the edges asked for and skews the degrees") {
  const Graph graph = load_graph("rmat:scale=10,degree=8", 1);
  CHECK(graph.vertex_count() == 1024);
  CHECK(is_simple(graph));
  CHECK(total_weight(graph) <= 2 * 8 * 1024);
  CHECK(total_weight(graph) > 2 * 7.5 * 1024);  // but for loops
  std::uint64_t highest = 0;
  for (Graph::Vertex v = 0; v < 1024; ++v) highest = std::max(highest, graph.degree(v));
  CHECK(highest > 10 * mean_degree(graph));
  CHECK(load_graph("rmat:scale=10,directed=yes", 1).directed);
  check_contains(refusal("rmat:scale=5,a=0.9"), "rmat: ", "a + b + c");
}

TEST_CASE("A small world keeps its number of edges when some are moved") {
  const Graph lattice = load_graph("small_world:n=50,degree=4,p=0", 1);
  for (Graph::Vertex v = 0; v < 50; ++v) CHECK(lattice.degree(v) == 4);
  for (const char* p : {"0.05", "0.3", "1"}) {
    const Graph graph = load_graph(std::string{"small_world:n=1000,degree=10,p="} + p, 1);
    CHECK(graph.edge_count() == 5000);
    CHECK(is_simple(graph));
    CHECK(graph != load_graph("small_world:n=1000,degree=10,p=0", 1));
  }
  CHECK(load_graph("small_world:n=5,degree=4,p=1", 1).edge_count() == 10);  // complete: nowhere to move to
  check_contains(refusal("small_world:n=5,degree=3"), "small_world: expected an even degree");
}

TEST_CASE("Preferential attachment gives every new vertex its edges, and hubs") {
  const Graph graph = load_graph("barabasi:n=2000,m=4", 1);
  CHECK(graph.edge_count() == 4 + 4 * (2000 - 5));
  CHECK(is_simple(graph));
  std::uint64_t highest = 0;
  for (Graph::Vertex v = 0; v < 2000; ++v) highest = std::max(highest, graph.degree(v));
  for (Graph::Vertex v = 5; v < 2000; ++v) CHECK(graph.degree(v) >= 4);
  CHECK(highest > 80);
  check_contains(refusal("barabasi:n=4,m=4"), "barabasi: expected m from 1 to n - 1");
}

TEST_CASE("Communities keep most edges inside") {
  const Graph graph = load_graph("communities:count=40,size=50,inside=10,outside=1", 1);
  CHECK(graph.vertex_count() == 2000);
  CHECK(is_simple(graph));
  double inside = 0;
  graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) { inside += u / 50 == v / 50 ? weight : 0; });
  const double total = total_weight(graph);
  CHECK(total / 2000 == doctest::Approx(10 * 0.98 + 1).epsilon(0.03));  // a draw of oneself is dropped
  CHECK((total - inside) / 2000 == doctest::Approx(0.975).epsilon(0.15));
}

TEST_CASE("The seed alone decides what is random") {
  for (const char* spec : {"rgg:500", "rmat:8", "small_world:n=200", "barabasi:n=200", "communities:count=5"}) {
    CHECK(load_graph(spec, 3) == load_graph(spec, 3));
    CHECK(load_graph(spec, 3) != load_graph(spec, 4));
  }
}

TEST_CASE("The same seed makes the same graph on every machine") {
  struct Known {
    const char* spec;
    std::uint64_t fingerprint;
  };
  const Known known[] = {
      {"rgg:n=2000,degree=8", 0x237AA34436CCC82Dull}, {"rgg:n=2000,degree=8,dimension=3", 0xFDD4B3C81411CAD5ull},
      {"rmat:scale=9", 0x6C1D155CD12BBC55ull},        {"small_world:n=1000,p=0.2", 0xB61A5ADF47685CF5ull},
      {"barabasi:n=1000", 0x842B23A06040972Dull},     {"communities:count=20", 0xCE739C7C0386922Bull},
  };
  for (const auto& [spec, expected] : known) {
    INFO(std::string{spec});
    CHECK(fingerprint(load_graph(spec, 7)) == expected);
  }
}

TEST_CASE("Every generator makes a valid graph from its fallbacks and is described") {
  for (const auto& generator : graph_generators()) {
    INFO(std::string{generator.name});
    CHECK(load_graph(generator.name, 2).vertex_count() > 0);
    check_contains(describe_graph_generators(), std::string{generator.name} + ": ");
    for (const auto& parameter : generator.parameters)
      check_contains(describe_graph_generators(), std::string{parameter.name} + "=");
  }
}

TEST_CASE("A wrong specification suggests the right one") {
  check_contains(refusal("gird2d:10x10"), "gird2d:10x10: no such file", "did you mean grid2d?",
                 "one of: grid2d, grid3d, rgg,");
  check_contains(refusal("smallworld"), "did you mean small_world?");
  check_contains(refusal("rgg:n=5,degre=3"),
                 "rgg: unknown parameter 'degre', did you mean degree?; expected one of: n, degree, dimension");
  check_contains(refusal("rgg:n=5,n=6"), "rgg: parameter n is given twice");
  check_contains(refusal("rgg:n=-5"), "rgg: parameter n is '-5'; expected a whole number from 1 to");
  check_contains(refusal("rgg:degree=nan"), "rgg: parameter degree is 'nan'; expected a number from 0 to");
  check_contains(refusal("rgg:degree="), "rgg: parameter degree is ''");
  check_contains(refusal("grid2d:3x3,periodic=maybe"), "grid2d: parameter periodic is 'maybe'; expected yes or no");
  check_contains(refusal("ring:1x2x3"), "ring: found more than 1 values");
  check_contains(refusal("rmat:scale=60"), "rmat: parameter scale is '60'; expected a whole number from 0 to 31");
  check_contains(refusal("grid2d:100000x100000"), "grid2d: has more than 4294967295 vertices");
  check_contains(refusal("web.txt"), "web.txt: cannot be opened");
}

TEST_CASE("A file is loaded by its name, also with options") {
  const Scratch scratch;
  const std::string path = scratch.write("web.txt", "1 2\n2 3\n").string();
  CHECK(load_graph(path, 1) == directed_graph(4, {{1, 2}, {2, 3}}));
  CHECK(load_graph("file:" + path, 1) == directed_graph(4, {{1, 2}, {2, 3}}));
  CHECK(load_graph("file:" + path + ",first_vertex=1,directed=no", 1) == undirected_graph(3, {{0, 1}, {1, 2}}));
  CHECK(load_graph("file:" + path + ",format=edge_list,header=no,compact=yes", 1) ==
        directed_graph(3, {{0, 1}, {1, 2}}));
  check_contains(refusal("file:" + path + ",first=1"), "unknown parameter 'first', did you mean first_vertex?");
  check_contains(refusal("file:" + path + ",format=text"), "parameter format is 'text'");
  check_contains(refusal("file:" + path + ",header=maybe"), "auto, yes or no");
}

TEST_CASE("The nearest name is found by letters changed, left out, doubled and swapped") {
  constexpr std::string_view names[] = {"infoton", "nearest", "none", "random", "round_robin"};
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("grid", "gird") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(nearest_name("infotn", names) == "infoton");
  CHECK(nearest_name("rnadom", names) == "random");
  CHECK(nearest_name("round", names) == "round_robin");
  CHECK(nearest_name("metis", names).empty());
}
