#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <circo/actor/random.hpp>
#include <circo/error.hpp>
#include <circo/graph/graph.hpp>

namespace circo {

/// A seed for a partitioner: METIS takes 0 for 1, and Scotch 0 to 3 for the same.
template <class Index>
Index spread_seed(std::uint64_t seed) {
  return static_cast<Index>(mix(seed + 1) & 0x3FFFFFFF);
}

/// Weights as whole numbers of at least `least`, for partitioners that know no others: as they are, when they are whole
/// and add up to `most` at most; else scaled so that they do. None when they are all alike.
template <class Index>
std::vector<Index> whole_weights(std::span<const double> weights, double most, Index least) {
  if (std::ranges::adjacent_find(weights, std::not_equal_to{}) == weights.end()) return {};
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const bool whole = sum <= most && std::ranges::all_of(weights, [&](double w) { return w == std::floor(w); });
  const double scale = whole ? 1 : most / sum;
  std::vector<Index> result(weights.size());
  std::ranges::transform(weights, result.begin(),
                         [&](double w) { return std::max(least, static_cast<Index>(std::lround(scale * w))); });
  return result;
}

/// A simple undirected graph in the integers of a partitioner. Empty weights: all alike.
template <class Index>
struct IntegerGraph {
  std::vector<Index> offsets, targets, edge_weights, vertex_weights;

  explicit IntegerGraph(const Graph& graph) {
    // Half the range, so that rounding up, and sums in the partitioner, do not overflow.
    constexpr Index most = std::numeric_limits<Index>::max() / 2;
    if (graph.vertex_count() > static_cast<std::uint64_t>(most) || graph.arc_count() > static_cast<std::uint64_t>(most))
      throw Error(fmt::format(
          "a graph of {} vertices and {} arcs does not fit into the {}-bit integers of the partitioner; expected {} of "
          "each at most",
          graph.vertex_count(), graph.arc_count(), 8 * sizeof(Index), most));
    offsets.assign(graph.offsets.begin(), graph.offsets.end());
    targets.assign(graph.targets.begin(), graph.targets.end());
    edge_weights = whole_weights<Index>(graph.weights, most, 1);
    vertex_weights = whole_weights<Index>(graph.vertex_weights, most, 0);
  }

  Index vertices() const { return static_cast<Index>(offsets.size() - 1); }
  Index arcs() const { return static_cast<Index>(targets.size()); }
  static Index* data(std::vector<Index>& weights) { return weights.empty() ? nullptr : weights.data(); }
};

}  // namespace circo
