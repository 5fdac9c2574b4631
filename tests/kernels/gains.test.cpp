#include <cmath>
#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/gains.hpp>
#include <circo/kernels/prices.hpp>
#include <circo/kernels/random.hpp>

using namespace circo::kernels;
using testing::Graph;

namespace {

/// A labelled graph with what all ranks know about it.
struct Case {
  Graph graph;
  std::vector<std::uint32_t> labels;
  std::vector<float> loads;
  std::vector<float> weights;
  std::vector<std::uint64_t> ids;
  std::vector<double> label_loads;
  std::vector<float> prices;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> lightest;

  Case(Graph g, std::uint32_t n_labels, unsigned seed) : graph(std::move(g)) {
    labels = testing::random_labels(graph.n(), seed, n_labels);
    loads = testing::random_values(graph.n(), seed + 1, 0, 2.0f * n_labels / graph.n());
    weights = testing::random_values(graph.n(), seed + 3, 0.125f, 8);
    for (Index i = 0; i < graph.n(); ++i) ids.push_back(mix(i));
    label_loads.resize(n_labels);
    for (Index i = 0; i < graph.n(); ++i) label_loads[labels[i]] += loads[i];
    std::vector<float> surcharges(n_labels);
    prices = update_prices(label_loads, surcharges);
    order = testing::random_labels(n_labels, seed + 2, 1u << 30);
    lightest = lightest_labels(label_loads);
  }

  std::pair<std::vector<std::uint32_t>, std::vector<float>> propose(const GainsRule& rule) const {
    TrafficWorkspace workspace;
    Proposals out;
    propose_moves(graph.on_device(), to_device(labels), to_device(loads), to_device(weights), to_device(ids),
                  {label_loads, prices, order, lightest}, rule, workspace, out);
    return {to_host(out.targets), to_host(out.gains)};
  }
};

/// The definition: every label in turn.
std::pair<std::uint32_t, double> naive_move(const Case& c, Index i, const GainsRule& rule) {
  const auto n_labels = c.label_loads.size();
  const auto own = c.labels[i];
  std::vector<double> traffic(n_labels);
  std::vector<bool> touched(n_labels);
  double degree = 0;
  bool crosses = false;
  for (auto k = c.graph.offsets[i]; k < c.graph.offsets[i + 1]; ++k) {
    const auto label = c.labels[c.graph.columns[k]];
    traffic[label] += c.graph.weights[k];
    touched[label] = true;
    degree += std::abs(c.graph.weights[k]);
    crosses |= label != own;
  }
  const bool over = c.label_loads[own] > rule.cap;
  const auto drawn = c.lightest[random_bits(rule.stream, c.ids[i], no_label) % c.lightest.size()];
  std::pair<std::uint32_t, double> best{no_label, -1e30};
  for (std::uint32_t q = 0; q < n_labels; ++q) {
    const bool up = c.order[q] > c.order[own];
    const bool partner = touched[q] && crosses && (over || up == rule.upward);
    if (q == own || !(partner || (over && q == drawn)) || c.label_loads[q] + c.loads[i] > rule.cap) continue;
    double gain = degree > 0 ? (traffic[q] - traffic[own]) / degree : 0;
    gain += static_cast<double>(c.weights[i]) * (c.prices[own] - c.prices[q]) +
            rule.noise * signed_unit(random_bits(rule.stream, c.ids[i], q));
    if (gain > rule.hysteresis && gain > best.second) best = {q, gain};
  }
  return best;
}

void compare(const Case& c, const GainsRule& rule) {
  const auto [targets, gains] = c.propose(rule);
  int n_moves = 0;
  for (Index i = 0; i < c.graph.n(); ++i) {
    const auto [target, gain] = naive_move(c, i, rule);
    if (target == no_label) {
      REQUIRE(targets[i] == no_label);
      REQUIRE(gains[i] == 0);
    } else {
      ++n_moves;
      REQUIRE(targets[i] == target);
      REQUIRE(std::abs(gains[i] - gain) < 1e-5);
    }
  }
  CHECK(n_moves > 0);
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "proposals equal a search over all labels") {
  for (const bool upward : {false, true}) {
    compare(Case(testing::random_graph(2000, 8, 1), 12, 2), {.upward = upward, .stream = 5});
    compare(Case(testing::random_graph(2000, 8, 1, true), 300, 3), {.upward = upward, .stream = 6});
    compare(Case(testing::random_graph(2000, 2, 1), 12, 4), {.cap = 0.9, .upward = upward, .stream = 7});
    compare(Case(testing::random_graph(2000, 8, 1), 12, 5),
            {.noise = 0.4f, .hysteresis = 0.05f, .upward = upward, .stream = 8});
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "hubs of any degree, and as many labels as partners, are no special case") {
  const Index n = 20000;
  testing::Edges edges;
  for (Index i = 1; i < n; ++i) edges[{0, i}] = 1.0f + static_cast<float>(i % 7);
  for (const std::uint32_t n_labels : {3u, 400u, 20000u}) {
    compare(Case(testing::from_edges(n, edges), n_labels, 9), {.upward = true, .stream = 1});
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "no traffic, one label, or one actor: nobody moves unless overloaded") {
  Case lonely(Graph{{0, 0}, {}, {}}, 1, 1);
  CHECK(lonely.propose({}).first == std::vector<std::uint32_t>{no_label});
  Case one_label(testing::random_graph(50, 4, 1), 1, 1);
  CHECK(one_label.propose({.cap = 0.5}).first == std::vector<std::uint32_t>(50, no_label));
  Case silent(Graph{{0, 0, 0}, {}, {}}, 2, 1);
  silent.labels = {0, 0};
  silent.loads = {1, 1};
  silent.label_loads = {2, 0};
  silent.prices = {0.5f, 0};
  silent.lightest = {1, 0};
  CHECK(silent.propose({.cap = 3}).first == std::vector<std::uint32_t>{no_label, no_label});
  for (std::uint64_t stream = 0; stream < 8; ++stream) {
    for (const auto target : silent.propose({.stream = stream}).first) CHECK((target == 1 || target == no_label));
  }
  silent.lightest = {1};
  CHECK(silent.propose({}).first == std::vector<std::uint32_t>{1, 1});
  CHECK(Case(Graph{}, 3, 1).propose({}).first.empty());
}

TEST_CASE_FIXTURE(testing::WithKokkos, "neighbors do not swap: all moves between two labels go one way") {
  const Case c(testing::random_graph(1000, 8, 3), 6, 4);
  const GainsRule rule{.cap = 2, .upward = true};
  const auto targets = c.propose(rule).first;
  for (Index i = 0; i < c.graph.n(); ++i) {
    if (targets[i] != no_label) REQUIRE(c.order[targets[i]] > c.order[c.labels[i]]);
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "what is no number, or no label, raises an error") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Case c(testing::ring(4), 2, 1);
  c.labels[2] = 2;
  CHECK_THROWS_AS(c.propose({}), NumericalError);
  c = Case(testing::ring(4), 2, 1);
  c.graph.weights[1] = nan;
  CHECK_THROWS_AS(c.propose({}), NumericalError);
  c = Case(testing::ring(4), 2, 1);
  c.prices[1] = nan;
  CHECK_THROWS_AS(c.propose({}), NumericalError);
  c = Case(testing::ring(4), 2, 1);
  c.lightest = {7};
  CHECK_THROWS_AS(c.propose({}), std::invalid_argument);
  c = Case(testing::ring(4), 2, 1);
  c.order.pop_back();
  CHECK_THROWS_AS(c.propose({}), std::invalid_argument);
}
