#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace circo {

/// A graph in compressed sparse rows. Row u holds the arcs u -> v, sorted by v; parallel arcs and loops are allowed.
/// An undirected edge is stored as two arcs of the same weight, an undirected loop as one. All operations are local.
struct Graph {
  using Vertex = std::uint32_t;
  struct Edge {
    Vertex from;
    Vertex to;
  };
  static constexpr std::uint64_t max_vertices = 0xFFFF'FFFF;

  std::vector<std::uint64_t> offsets{0};  ///< [n + 1]: row u is [offsets[u], offsets[u + 1])
  std::vector<Vertex> targets;            ///< [arcs]
  std::vector<double> weights;            ///< [arcs], finite, >= 0; empty: all are 1
  std::vector<double> vertex_weights;     ///< [n], finite, >= 0; empty: all are 1
  bool directed = false;                  ///< false: every arc has its reverse

  std::uint64_t vertex_count() const { return offsets.size() - 1; }
  std::uint64_t arc_count() const { return targets.size(); }
  /// Arcs of a directed graph; of an undirected one each pair of arcs, and each loop, counts once.
  std::uint64_t edge_count() const { return directed ? arc_count() : (arc_count() + loop_count()) / 2; }
  std::uint64_t loop_count() const;

  std::uint64_t degree(Vertex u) const { return offsets[u + std::size_t{1}] - offsets[u]; }
  std::span<const Vertex> neighbors(Vertex u) const { return {targets.data() + offsets[u], degree(u)}; }
  double weight(std::uint64_t arc) const { return weights.empty() ? 1.0 : weights[arc]; }
  /// `use(v, weight)` for each arc of row u.
  template <class Use>
  void for_each_arc(Vertex u, Use&& use) const {
    for (auto arc = offsets[u]; arc < offsets[u + std::size_t{1}]; ++arc) use(targets[arc], weight(arc));
  }
  /// `use(u, v, weight)` for each arc, row by row.
  template <class Use>
  void for_each_arc(Use&& use) const {
    for (Vertex u = 0; u < vertex_count(); ++u) for_each_arc(u, [&](Vertex v, double weight) { use(u, v, weight); });
  }
  double vertex_weight(Vertex u) const { return vertex_weights.empty() ? 1.0 : vertex_weights[u]; }

  /// Throws circo::Error that begins with `name` when one of the rules above does not hold. O(vertices + arcs).
  void validate(std::string_view name = "graph") const;

  bool operator==(const Graph&) const = default;
};

/// A graph of n <= Graph::max_vertices vertices from its arcs, in any order. `weights`: one an arc, or empty.
/// Throws std::invalid_argument when an edge or `weights` does not fit. O(n + arcs), no comparison sort.
Graph directed_graph(std::uint64_t n, std::vector<Graph::Edge> edges, std::vector<double> weights = {});

/// The same with edges that go both ways, each given once.
Graph undirected_graph(std::uint64_t n, std::vector<Graph::Edge> edges, std::vector<double> weights = {});

/// Every arc turned round. Works on unsorted rows too; the result's rows are sorted.
Graph reversed(const Graph& graph);

/// Parallel arcs become one that has the sum of their weights; loops are dropped.
Graph simplified(const Graph& graph);

/// How `symmetrised` weighs a pair of vertices whose arcs go both ways.
enum class Combine { sum, largest };

/// The undirected graph of the arcs: W + W^T (sum), or max(W, W^T), after the weights of parallel arcs were added.
/// Loops keep their weight.
Graph symmetrised(const Graph& graph, Combine combine = Combine::sum);

/// An arc (from, to) that has no reverse of the same weight, if there is one. Rows must be sorted. O(vertices + arcs).
std::optional<std::pair<Graph::Vertex, Graph::Vertex>> find_unmatched(const Graph& graph);

}  // namespace circo
