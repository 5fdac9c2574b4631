#include <cmath>
#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/label_loads.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "loads of labels equal a naive loop") {
  const Index n = 3000;
  const auto labels = testing::random_labels(n, 1, 9);
  const auto loads = testing::random_values(n, 2, 0, 0.01f);
  const Chunks chunks(std::vector<Index>{0, 1, 2000, n});
  const auto result = loads_from(label_load_sums(chunks, to_device(labels), to_device(loads), 10));
  std::vector<double> expected(10);
  for (Index i = 0; i < n; ++i) expected[labels[i]] += loads[i];
  for (std::size_t q = 0; q < 10; ++q) CHECK(std::abs(result[q] - expected[q]) < 1e-9);
  CHECK(result[9] == 0);
}

namespace {

void check_cut(const testing::Graph& graph, const std::vector<std::uint32_t>& labels, const Chunks& chunks) {
  double cut = 0, total = 0;
  for (Index i = 0; i < graph.n(); ++i) {
    for (auto k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      total += std::abs(graph.weights[k]);
      if (labels[i] != labels[graph.columns[k]]) cut += graph.weights[k];
    }
  }
  const auto sum = cut_sum(graph.on_device(), chunks, to_device(labels), total);
  REQUIRE(std::abs(from_fixed(sum, cut_scale) - cut / total) < 1e-12);
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "the cut equals a naive loop, and pushing edges lower it") {
  for (const bool some_push : {false, true}) {
    const auto graph = testing::random_graph(1000, 6, 3, some_push);
    const auto labels = testing::random_labels(graph.n(), 4, 5);
    check_cut(graph, labels, Chunks(std::vector<Index>{0, 300, graph.n()}));
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "the cut of neighbors in the arena with one label equals a naive loop, too") {
  std::mt19937_64 random(5);
  for (const std::size_t longest : {1, 9, 300}) {
    testing::Graph graph;
    const Index n = 5000, ghosts = 100;
    for (Index i = 0; i < n; ++i) {
      for (auto left = random() % (longest + 1); left > 0; --left) {
        const Index near = (i + n + static_cast<Index>(random() % 200) - 100) % n;
        graph.columns.push_back(random() % 50 == 0 ? static_cast<Index>(random() % (n + ghosts)) : near);
        graph.weights.push_back(static_cast<float>(random() % 1000) / 500 - 0.5f);
      }
      graph.offsets.push_back(graph.columns.size());
    }
    // Runs of one label that end at a chunk's first and last row and beside them, and one row among others.
    std::vector<std::uint32_t> labels(n + ghosts);
    for (Index i = 0; i < n + ghosts; ++i) labels[i] = (i >= 512) + (i >= 1535) + (i >= 2049) + (i >= 3000) + (i >= n);
    labels[4000] = 9;
    check_cut(graph, labels, Chunks(std::vector<Index>{0, n}));
    check_cut(graph, labels, Chunks(std::vector<Index>{0, 3, 700, 2049, n}));
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "one label cuts nothing, all labels cut all, no edges are no traffic") {
  const auto graph = testing::ring(100);
  const Chunks chunks(std::vector<Index>{0, 100});
  CHECK(cut_sum(graph.on_device(), chunks, Labels("one", 100), 200) == 0);
  std::vector<std::uint32_t> own(100);
  std::iota(own.begin(), own.end(), 0u);
  CHECK(from_fixed(cut_sum(graph.on_device(), chunks, to_device(own), 200), cut_scale) == 1);
  CHECK(cut_sum(Csr{}, Chunks(), Labels(), 0) == 0);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "what cannot be added raises an error") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Chunks chunks(std::vector<Index>{0, 2});
  const auto labels = to_device(std::vector<std::uint32_t>{0, 1});
  for (const float bad : {nan, -1.0f, 1e10f}) {
    CHECK_THROWS_AS(label_load_sums(chunks, labels, to_device(std::vector<float>{1, bad}), 2), NumericalError);
  }
  CHECK_THROWS_AS(label_load_sums(chunks, labels, Values("loads", 2), 1), NumericalError);
  const Csr bad = testing::Graph{{0, 1, 2}, {1, 0}, {nan, 1}}.on_device();
  CHECK_THROWS_AS(cut_sum(bad, chunks, labels, 1), NumericalError);
  CHECK_THROWS_AS(cut_sum(testing::ring(2).on_device(), chunks, labels, nan), NumericalError);
  CHECK_THROWS_AS(cut_sum(testing::ring(2).on_device(), chunks, labels, 0.1), NumericalError);
}
