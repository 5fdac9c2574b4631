#include <cmath>
#include <limits>
#include <map>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/mean_field.hpp>

using namespace circo::kernels;
using testing::Graph;

namespace {

const testing::WithKokkos kokkos;

constexpr auto not_a_number = std::numeric_limits<float>::quiet_NaN();
const SoftLabel nobody{{no_label, no_label, no_label, no_label}, {0, 0, 0, 0}};

SoftLabel pure(std::uint32_t label) {
  SoftLabel soft = nobody;
  soft.labels[0] = label;
  soft.shares[0] = 1;
  return soft;
}

std::vector<SoftLabel> step(const Graph& graph, const std::vector<SoftLabel>& now, const std::vector<float>& prices,
                            const MeanFieldRule& rule, std::vector<float> weights = {}) {
  TrafficWorkspace workspace;
  const SoftLabels next("next", now.size());
  weights.resize(graph.n(), 1);
  mean_field(graph.on_device(), to_device(now), to_device(weights), prices, rule, workspace, next);
  return to_host(next);
}

/// The definition, with all shares of every label.
std::map<std::uint32_t, double> naive_shares(const Graph& graph, const std::vector<SoftLabel>& now,
                                             const std::vector<float>& prices, const MeanFieldRule& rule,
                                             float price_weight, Index i) {
  std::map<std::uint32_t, double> traffic, before;
  double degree = 0;
  auto add = [&](const SoftLabel& soft, double weight, auto& to) {
    for (int s = 0; s < SoftLabel::slots; ++s)
      if (soft.labels[s] != no_label) to[soft.labels[s]] += weight * soft.shares[s];
  };
  add(now[i], 1, before);
  add(now[i], 0, traffic);
  for (auto k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
    degree += std::abs(graph.weights[k]);
    add(now[graph.columns[k]], graph.weights[k], traffic);
  }
  double sum = 0;
  std::map<std::uint32_t, double> shares;
  for (const auto& [label, t] : traffic)
    sum += shares[label] = std::exp(rule.sharpness * t / degree - price_weight * prices[label]);
  for (auto& [label, share] : shares) share = rule.follow * share / sum + (1 - rule.follow) * before[label];
  return shares;
}

double cut(const Graph& graph, const std::vector<std::uint32_t>& labels) {
  double cut = 0;
  for (Index i = 0; i < graph.n(); ++i)
    for (auto k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k)
      if (labels[graph.columns[k]] != labels[i]) cut += graph.weights[k] / 2;
  return cut;
}

}  // namespace

TEST_CASE("a sweep of the mean field is what its definition says") {
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    CAPTURE(seed);
    const std::uint32_t n_labels = 3 + seed;
    const Graph graph = testing::random_graph(300, 6, seed, seed % 2 == 0);
    const auto labels = testing::random_labels(graph.n(), seed, n_labels);
    const auto prices = testing::random_values(n_labels, seed + 1, -1, 1);
    const auto weights = testing::random_values(graph.n(), seed + 2, 0.125f, 8);
    auto now = to_host(soften(to_device(labels)));
    for (int sweep = 0; sweep < 4; ++sweep) {
      const MeanFieldRule rule{.sharpness = 2.0f + static_cast<float>(sweep), .follow = sweep % 2 == 0 ? 1.0f : 0.6f};
      const auto next = step(graph, now, prices, rule, weights);
      for (Index i = 0; i < graph.n(); ++i) {
        CAPTURE(i);
        if (graph.offsets[i] == graph.offsets[i + 1]) {
          CHECK(next[i].labels[0] == now[i].labels[0]);
          continue;
        }
        const auto expected = naive_shares(graph, now, prices, rule, weights[i], i);
        double kept = 0, sum = 0;
        for (int s = 0; s < SoftLabel::slots && next[i].labels[s] != no_label; ++s) {
          REQUIRE(expected.contains(next[i].labels[s]));
          kept += expected.at(next[i].labels[s]);
          sum += next[i].shares[s];
          if (s > 0) CHECK(next[i].shares[s] <= next[i].shares[s - 1]);
        }
        CHECK(sum == doctest::Approx(1).epsilon(1e-5));
        for (int s = 0; s < SoftLabel::slots && next[i].labels[s] != no_label; ++s)
          CHECK(next[i].shares[s] == doctest::Approx(expected.at(next[i].labels[s]) / kept).epsilon(1e-4));
        for (const auto& [label, share] : expected) {  // nothing greater was left out
          const bool in = std::ranges::find(next[i].labels, label) != std::end(next[i].labels);
          if (!in) CHECK(share <= next[i].shares[SoftLabel::slots - 1] * kept + 1.1e-3);
        }
      }
      now = next;
    }
  }
}

TEST_CASE("an actor without traffic, or among its own, stays as it is") {
  const Graph lone = testing::from_edges(3, {{{0, 1}, 1.0f}});
  const std::vector<SoftLabel> now{pure(1), pure(1), pure(0)};
  const auto next = step(lone, now, {5, -5}, {});
  for (std::size_t i = 0; i < now.size(); ++i) {
    CHECK(next[i].labels[0] == now[i].labels[0]);
    CHECK(next[i].shares[0] == 1);
    CHECK(next[i].labels[1] == no_label);
  }
}

TEST_CASE("with one label, and with no actor, nothing happens") {
  const Graph ring = testing::ring(5);
  for (const auto& soft : step(ring, std::vector(5, pure(0)), {0.3f}, {})) CHECK(soft.labels[0] == 0);
  CHECK(step(Graph{}, {}, {0}, {}).empty());
}

TEST_CASE("a hub whose partners have more labels than its table has room for takes part all the same") {
  constexpr std::uint32_t leaves = 60;
  testing::Edges edges;
  for (Index leaf = 1; leaf <= leaves; ++leaf) edges[{0, leaf}] = 1;
  std::vector<SoftLabel> now{pure(0)};
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
    now.push_back({{4 * leaf, 4 * leaf + 1, 4 * leaf + 2, 4 * leaf + 3}, {0.4f, 0.2f, 0.2f, 0.2f}});
  const auto next = step(testing::from_edges(leaves + 1, edges), now, std::vector<float>(4 * leaves, 0), {});
  double sum = 0;
  for (const float share : next[0].shares) sum += share;
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("what is not a number, or no label, is an error") {
  Graph ring = testing::ring(6);
  const std::vector<SoftLabel> now(6, pure(0));
  CHECK_THROWS_AS(step(ring, std::vector<SoftLabel>(6, pure(2)), {0, 0}, {}), NumericalError);
  CHECK_THROWS_AS(step(ring, now, {not_a_number, 0}, {}), NumericalError);
  CHECK_THROWS_AS(step(ring, std::vector<SoftLabel>(5, pure(0)), {0}, {}), std::invalid_argument);
  ring.weights[3] = not_a_number;
  CHECK_THROWS_AS(step(ring, now, {0, 0}, {}), NumericalError);
}

TEST_CASE("molten borders straighten where no single move gains anything") {
  // Two labels that meet along battlements of 8 by 16: much longer than a straight border, yet no single move gains.
  constexpr Index side = 32;
  const Graph mesh = testing::grid(side);
  std::vector<std::uint32_t> labels(side * side);
  for (Index i = 0; i < labels.size(); ++i) labels[i] = i % side < (i / side / 8 % 2 == 0 ? 8u : 24u) ? 0 : 1;
  const double before = cut(mesh, labels);
  auto now = to_host(soften(to_device(labels)));
  std::vector<float> prices(2, 0);
  const Chunks chunks{std::vector<Index>{0, mesh.n()}};
  const auto loads = to_device(std::vector<float>(mesh.n(), 2.0f / mesh.n()));
  for (int sweep = 0; sweep < 200; ++sweep) {
    const auto load = loads_from(soft_load_sums(chunks, to_device(now), loads, 2));
    CHECK(load[0] + load[1] == doctest::Approx(2));
    for (std::size_t q = 0; q < 2; ++q) prices[q] += static_cast<float>(0.5 * (load[q] - 1));
    now = step(mesh, now, prices, {.sharpness = 4});
  }
  const Labels frozen("frozen", mesh.n());
  harden(to_device(now), frozen);
  MESSAGE("cut " << before << " -> " << cut(mesh, to_host(frozen)));
  CHECK(cut(mesh, to_host(frozen)) < 0.7 * before);
  CHECK(cut(mesh, to_host(frozen)) >= side);
}
