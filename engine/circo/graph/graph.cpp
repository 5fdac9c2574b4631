#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/graph.hpp>

namespace circo {

namespace {

using Vertex = Graph::Vertex;

/// Turns counts, where counts[v + 1] is the size of row v, into the start of each row: [n + 1], the last is the total.
void counts_to_starts(std::vector<std::uint64_t>& counts) {
  for (std::size_t v = 1; v < counts.size(); ++v) counts[v] += counts[v - 1];
}

/// Undoes the advance of every row's start to its end, which filling the rows through it leaves behind.
void ends_to_starts(std::vector<std::uint64_t>& ends) {
  std::copy_backward(ends.begin(), ends.end() - 1, ends.end());
  ends.front() = 0;
}

/// The directed graph of arcs in the order of the rows, as most files list them: nothing to sort.
Graph from_sorted(std::uint64_t n, std::span<const Graph::Edge> edges, std::vector<double> weights) {
  Graph graph;
  graph.directed = true;
  graph.offsets.assign(n + 1, 0);
  graph.targets.reserve(edges.size());
  for (const auto [from, to] : edges) {
    ++graph.offsets[from + std::size_t{1}];
    graph.targets.push_back(to);
  }
  counts_to_starts(graph.offsets);
  graph.weights = std::move(weights);
  return graph;
}

Graph build(std::uint64_t n, std::vector<Graph::Edge> edges, std::vector<double> weights, bool directed) {
  if (n > Graph::max_vertices) throw std::invalid_argument{"a graph of more than 2^32 - 1 vertices"};
  if (!weights.empty() && weights.size() != edges.size()) throw std::invalid_argument{"not one weight per edge"};

  for (const auto [from, to] : edges) {
    if (from >= n || to >= n) throw std::invalid_argument{"an edge to a vertex that the graph does not have"};
  }
  if (directed &&
      std::ranges::is_sorted(edges, [](auto a, auto b) { return std::tie(a.from, a.to) < std::tie(b.from, b.to); })) {
    return from_sorted(n, edges, std::move(weights));
  }

  // Rows by target first: reversing them sorts every row by target, in linear time.
  Graph incoming;
  incoming.directed = directed;
  incoming.offsets.assign(n + 1, 0);
  std::uint64_t arcs = 0;
  for (const auto [from, to] : edges) {
    ++incoming.offsets[to + std::size_t{1}];
    ++arcs;
    if (!directed && from != to) {
      ++incoming.offsets[from + std::size_t{1}];
      ++arcs;
    }
  }
  counts_to_starts(incoming.offsets);
  incoming.targets.resize(arcs);
  if (!weights.empty()) incoming.weights.resize(arcs);
  const auto put = [&](Vertex row, Vertex other, std::size_t edge) {
    const std::uint64_t arc = incoming.offsets[row]++;
    incoming.targets[arc] = other;
    if (!weights.empty()) incoming.weights[arc] = weights[edge];
  };
  for (std::size_t i = 0; i < edges.size(); ++i) {
    put(edges[i].to, edges[i].from, i);
    if (!directed && edges[i].from != edges[i].to) put(edges[i].from, edges[i].to, i);
  }
  ends_to_starts(incoming.offsets);
  std::vector<Graph::Edge>{}.swap(edges);  // the largest array: free it before the next is made
  std::vector<double>{}.swap(weights);
  return reversed(incoming);
}

/// Appends the arc u -> v to the open last row, or adds its weight to the arc before when that is parallel.
void append_merged(Graph& graph, std::uint64_t row_start, Vertex v, double weight) {
  if (graph.targets.size() > row_start && graph.targets.back() == v) {
    graph.weights.back() += weight;
  } else {
    graph.targets.push_back(v);
    graph.weights.push_back(weight);
  }
}

Graph merged(const Graph& graph, bool keep_loops) {
  Graph result;
  result.directed = graph.directed;
  result.vertex_weights = graph.vertex_weights;
  result.offsets.reserve(graph.offsets.size());
  for (Vertex u = 0; u < graph.vertex_count(); ++u) {
    const std::uint64_t row_start = result.targets.size();
    graph.for_each_arc(u, [&](Vertex v, double weight) {
      if (keep_loops || v != u) append_merged(result, row_start, v, weight);
    });
    result.offsets.push_back(result.targets.size());
  }
  return result;
}

void drop_unit_weights(Graph& graph) {
  if (std::ranges::all_of(graph.weights, [](double weight) { return weight == 1.0; })) graph.weights = {};
}

void check_weights(std::span<const double> weights, std::uint64_t expected, const std::string& what) {
  if (!weights.empty() && weights.size() != expected) {
    throw Error{fmt::format("{}s: {} for {}; expected one each, or none at all", what, weights.size(), expected)};
  }
  const auto bad = std::ranges::find_if(weights, [](double weight) { return !std::isfinite(weight) || weight < 0; });
  if (bad != weights.end()) {
    throw Error{fmt::format("{} {} is {}; expected a finite number, 0 or more", what, bad - weights.begin(), *bad)};
  }
}

}  // namespace

std::uint64_t Graph::loop_count() const {
  std::uint64_t loops = 0;
  for (std::uint64_t u = 0; u < vertex_count(); ++u) {
    loops += static_cast<std::uint64_t>(std::ranges::count(neighbors(static_cast<Vertex>(u)), u));
  }
  return loops;
}

void Graph::validate(std::string_view name) const {
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != targets.size() || !std::ranges::is_sorted(offsets)) {
    throw Error{fmt::format(
        "{}: the row offsets do not cover the {} arcs; expected n + 1 ascending offsets from 0 to the number of arcs",
        name, targets.size())};
  }
  if (vertex_count() > max_vertices) throw Error{fmt::format("{}: has more than 2^32 - 1 vertices", name)};
  for (std::uint64_t u = 0; u < vertex_count(); ++u) {
    const auto row = neighbors(static_cast<Vertex>(u));
    if (!std::ranges::is_sorted(row)) throw Error{fmt::format("{}: row {} is not sorted by target", name, u)};
    if (!row.empty() && row.back() >= vertex_count()) {
      throw Error{fmt::format("{}: vertex {} has the neighbor {}; expected numbers below {}", name, u, row.back(),
                              vertex_count())};
    }
  }
  check_weights(weights, arc_count(), fmt::format("{}: edge weight", name));
  check_weights(vertex_weights, vertex_count(), fmt::format("{}: vertex weight", name));
  if (directed) return;
  if (const auto arc = find_unmatched(*this)) {
    throw Error{fmt::format("{}: undirected, but the arc {} -> {} has no reverse of the same weight", name, arc->first,
                            arc->second)};
  }
}

Graph directed_graph(std::uint64_t n, std::vector<Graph::Edge> edges, std::vector<double> weights) {
  return build(n, std::move(edges), std::move(weights), true);
}

Graph undirected_graph(std::uint64_t n, std::vector<Graph::Edge> edges, std::vector<double> weights) {
  return build(n, std::move(edges), std::move(weights), false);
}

Graph reversed(const Graph& graph) {
  Graph result;
  result.directed = graph.directed;
  result.vertex_weights = graph.vertex_weights;
  result.offsets.assign(graph.offsets.size(), 0);
  for (const Vertex v : graph.targets) ++result.offsets[v + std::size_t{1}];
  counts_to_starts(result.offsets);
  result.targets.resize(graph.targets.size());
  result.weights.resize(graph.weights.size());
  graph.for_each_arc([&](Vertex u, Vertex v, double weight) {
    const std::uint64_t place = result.offsets[v]++;
    result.targets[place] = u;
    if (!result.weights.empty()) result.weights[place] = weight;
  });
  ends_to_starts(result.offsets);
  return result;
}

Graph simplified(const Graph& graph) {
  Graph result = merged(graph, false);
  drop_unit_weights(result);
  return result;
}

Graph symmetrised(const Graph& graph, Combine combine) {
  const Graph forward = merged(graph, true);
  const Graph backward = reversed(forward);
  Graph result;
  result.vertex_weights = graph.vertex_weights;
  result.offsets.reserve(graph.offsets.size());
  for (std::uint64_t u = 0; u < graph.vertex_count(); ++u) {
    auto a = forward.offsets[u], b = backward.offsets[u];
    const auto a_end = forward.offsets[u + 1], b_end = backward.offsets[u + 1];
    while (a < a_end || b < b_end) {
      const bool only_a = b == b_end || (a < a_end && forward.targets[a] < backward.targets[b]);
      const bool only_b = a == a_end || (b < b_end && backward.targets[b] < forward.targets[a]);
      const double there = only_b ? 0 : forward.weights[a];
      const double back = only_a ? 0 : backward.weights[b];
      const Vertex v = only_b ? backward.targets[b] : forward.targets[a];
      result.targets.push_back(v);
      result.weights.push_back(v == u || combine == Combine::largest ? std::max(there, back) : there + back);
      if (!only_b) ++a;
      if (!only_a) ++b;
    }
    result.offsets.push_back(result.targets.size());
  }
  drop_unit_weights(result);
  return result;
}

std::optional<std::pair<Vertex, Vertex>> find_unmatched(const Graph& graph) {
  // Rows are visited in ascending order, so the reverses of row v's sorted arcs turn up in exactly that order:
  // next[v] is the first arc of v whose reverse has not been seen.
  std::vector<std::uint64_t> next(graph.offsets.begin(), graph.offsets.end() - 1);
  for (std::uint64_t u = 0; u < graph.vertex_count(); ++u) {
    for (auto arc = graph.offsets[u]; arc < graph.offsets[u + 1]; ++arc) {
      const Vertex v = graph.targets[arc];
      const std::uint64_t mate = next[v];
      const bool exhausted = mate == graph.offsets[v + std::size_t{1}];
      if (!exhausted && graph.targets[mate] < u) return std::pair{v, graph.targets[mate]};
      if (exhausted || graph.targets[mate] > u || graph.weight(mate) != graph.weight(arc)) {
        return std::pair{static_cast<Vertex>(u), v};
      }
      ++next[v];
    }
  }
  for (std::uint64_t u = 0; u < graph.vertex_count(); ++u) {
    if (next[u] != graph.offsets[u + 1]) return std::pair{static_cast<Vertex>(u), graph.targets[next[u]]};
  }
  return std::nullopt;
}

}  // namespace circo
