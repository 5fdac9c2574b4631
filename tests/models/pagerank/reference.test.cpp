#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <doctest/doctest.h>
#include <pagerank/reference.hpp>

#include <circo/graph/generate.hpp>

using namespace circo;
using models::PageRank;
using models::pagerank_reference;

namespace {

void check_ranks(const PageRank& result, const std::vector<double>& expected) {
  REQUIRE(result.rank.size() == expected.size());
  CHECK(result.converged);
  for (std::size_t v = 0; v < expected.size(); ++v) CHECK(std::abs(result.rank[v] - expected[v]) < 1e-11);
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE("Two vertices that link to each other rank alike") {
  check_ranks(pagerank_reference(directed_graph(2, {{0, 1}, {1, 0}})), {0.5, 0.5});
}

TEST_CASE("A star's centre ranks as solved by hand") {
  // k leaves, links both ways: c = (1-d)/n + d k l, l = (1-d)/n + d c/k; so c = (1 + d k) / (n (1 + d)), with n = k
  // + 1.
  const double d = 0.85, k = 4, n = 5;
  const double centre = (1 + d * k) / (n * (1 + d)), leaf = (1 - d) / n + d * centre / k;
  check_ranks(pagerank_reference(undirected_graph(5, {{0, 1}, {0, 2}, {0, 3}, {0, 4}})),
              {centre, leaf, leaf, leaf, leaf});
}

TEST_CASE("A dangling vertex gives its rank to all alike") {
  // 0 -> 1, 1 dangling: a = (1-d)/2 + d b/2, b = a + d a; so a = 1 / (2 + d), b = (1 + d) / (2 + d).
  const double d = 0.85;
  check_ranks(pagerank_reference(directed_graph(2, {{0, 1}})), {1 / (2 + d), (1 + d) / (2 + d)});
  check_ranks(pagerank_reference(directed_graph(3, {})), {1.0 / 3, 1.0 / 3, 1.0 / 3});
}

TEST_CASE("Four pages rank as solved by hand") {
  // 0 -> 1, 0 -> 2, 1 -> 2, 2 -> 0, 3 -> 2, with t = (1-d)/4: r3 = t, r0 = t + d r2, r1 = t + d r0/2,
  // r2 = t + d (r0/2 + r1 + r3); by substitution r2 (1 - d^2/2 - d^3/2) = t (1 + 5d/2 + d^2/2).
  const double d = 0.85, t = (1 - d) / 4;
  const double r2 = t * (1 + 2.5 * d + d * d / 2) / (1 - d * d / 2 - d * d * d / 2);
  const double r0 = t + d * r2, r1 = t + d * r0 / 2;
  check_ranks(pagerank_reference(directed_graph(4, {{0, 1}, {0, 2}, {1, 2}, {2, 0}, {3, 2}})), {r0, r1, r2, t});
  CHECK(r0 + r1 + r2 + t == doctest::Approx(1));
}

TEST_CASE("Weights share out a rank in proportion, and parallel arcs count each") {
  const auto weighted = pagerank_reference(directed_graph(3, {{0, 1}, {0, 2}, {1, 0}, {2, 0}}, {3, 1, 1, 1}));
  const auto parallel = pagerank_reference(directed_graph(3, {{0, 1}, {0, 1}, {0, 1}, {0, 2}, {1, 0}, {2, 0}}));
  check_ranks(weighted, parallel.rank);
  const double d = 0.85;
  CHECK(weighted.rank[1] == doctest::Approx((1 - d) / 3 + d * weighted.rank[0] * 0.75));
}

TEST_CASE("Arcs of weight 0 make a vertex dangling") {
  check_ranks(pagerank_reference(directed_graph(2, {{0, 1}, {1, 0}}, {1, 0})),
              pagerank_reference(directed_graph(2, {{0, 1}})).rank);
}

TEST_CASE("On a skewed random graph the ranks are positive, sum to one and stand still") {
  const Graph graph = generate::rmat({10, 8, 0.57, 0.19, 0.19, true}, Random{3, 0});
  const auto result = pagerank_reference(graph, {.tolerance = 1e-14});
  CHECK(result.converged);
  CHECK(std::abs(sum(result.rank) - 1) < 1e-12);
  for (const double rank : result.rank) CHECK(rank > 0.99 * 0.15 / 1024);
  const auto further = pagerank_reference(graph, {.tolerance = 0, .iterations = result.iterations + 50});
  for (std::size_t v = 0; v < 1024; ++v) CHECK(std::abs(further.rank[v] - result.rank[v]) < 1e-13);
}

TEST_CASE("The iteration ends at its limit and says so") {
  const Graph star = undirected_graph(4, {{0, 1}, {0, 2}, {0, 3}});
  const auto one = pagerank_reference(star, {.iterations = 1});
  CHECK(one.iterations == 1);
  CHECK_FALSE(one.converged);
  CHECK(one.rank[0] == doctest::Approx(0.15 / 4 + 0.85 * 0.75));
  CHECK(one.change == doctest::Approx(2 * (one.rank[0] - 0.25)));
  const auto none = pagerank_reference(star, {.iterations = 0});
  CHECK(none.rank == std::vector<double>(4, 0.25));
  CHECK(pagerank_reference(star, {.damping = 0}).rank == std::vector<double>(4, 0.25));
  CHECK(pagerank_reference(Graph{}).converged);
}

TEST_CASE("Options out of range are refused") {
  const Graph graph = undirected_graph(2, {{0, 1}});
  CHECK_THROWS_AS(pagerank_reference(graph, {.damping = 1}), std::invalid_argument);
  CHECK_THROWS_AS(pagerank_reference(graph, {.damping = std::numeric_limits<double>::quiet_NaN()}),
                  std::invalid_argument);
  CHECK_THROWS_AS(pagerank_reference(graph, {.tolerance = -1}), std::invalid_argument);
  CHECK_THROWS_AS(pagerank_reference(graph, {.iterations = -1}), std::invalid_argument);
}
