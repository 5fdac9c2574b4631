#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <circo/kernels/csr.hpp>
#include <circo/kernels/runtime.hpp>

/// What the kernels' tests share: Kokkos, graphs on the host, random coordinates.
namespace circo::kernels::testing {

struct WithKokkos {
  WithKokkos() { Runtime::for_process(); }
};

/// A symmetric graph on the host, rows in the order of the partner.
struct Graph {
  std::vector<std::uint64_t> offsets{0};
  std::vector<Index> columns;
  std::vector<float> weights;

  Index n() const { return static_cast<Index>(offsets.size() - 1); }
  Csr on_device() const { return {to_device(offsets), to_device(columns), to_device(weights)}; }
};

using Edges = std::map<std::pair<Index, Index>, float>;

inline Graph from_edges(Index n, const Edges& edges) {
  std::vector<std::map<Index, float>> rows(n);
  for (const auto& [ends, weight] : edges) {
    rows[ends.first][ends.second] += weight;
    rows[ends.second][ends.first] += weight;
  }
  Graph graph;
  for (const auto& row : rows) {
    for (const auto& [column, weight] : row) {
      graph.columns.push_back(column);
      graph.weights.push_back(weight);
    }
    graph.offsets.push_back(graph.columns.size());
  }
  return graph;
}

inline Graph ring(Index n) {
  Edges edges;
  for (Index i = 0; i < n; ++i) edges[std::minmax(i, (i + 1) % n)] = 1;
  return from_edges(n, edges);
}

inline Graph grid(Index side) {
  Edges edges;
  for (Index i = 0; i < side * side; ++i) {
    if (i % side + 1 < side) edges[{i, i + 1}] = 1;
    if (i / side + 1 < side) edges[{i, i + side}] = 1;
  }
  return from_edges(side * side, edges);
}

/// Weights in (0, 2], or in [-1, 1] if some push.
inline Graph random_graph(Index n, int degree, unsigned seed, bool some_push = false) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> weight(some_push ? -1.0f : 0.1f, some_push ? 1.0f : 2.0f);
  Edges edges;
  for (std::size_t k = 0; k < static_cast<std::size_t>(n) * degree / 2; ++k) {
    const auto i = static_cast<Index>(random() % n), j = static_cast<Index>(random() % n);
    if (i != j) edges[std::minmax(i, j)] = weight(random);
  }
  return from_edges(n, edges);
}

inline std::vector<float> random_values(std::size_t n, unsigned seed, float low, float high) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> value(low, high);
  std::vector<float> values(n);
  std::ranges::generate(values, [&] { return value(random); });
  return values;
}

inline std::vector<std::uint32_t> random_labels(std::size_t n, unsigned seed, std::uint32_t n_labels) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> labels(n);
  std::ranges::generate(labels, [&] { return static_cast<std::uint32_t>(random() % n_labels); });
  return labels;
}

inline std::vector<float> normal_values(std::size_t n, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> value;
  std::vector<float> values(n);
  std::ranges::generate(values, [&] { return value(random); });
  return values;
}

}  // namespace circo::kernels::testing
