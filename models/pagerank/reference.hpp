#pragma once

#include <vector>

#include <circo/graph/graph.hpp>

namespace circo::models {

struct PageRankOptions {
  double damping = 0.85;     ///< chance that the surfer follows a link, in [0, 1)
  double tolerance = 1e-12;  ///< ends when sum_v |change of r_v| is at most this; 0: only when nothing changes
  int iterations = 1000;     ///< ends after so many in any case
};

struct PageRank {
  std::vector<double> rank;  ///< [vertices], sums to 1
  int iterations = 0;        ///< done
  double change = 0;         ///< sum_v |change of r_v| in the last of them
  bool converged = false;    ///< change <= tolerance
};

/// PageRank by power iteration from r = 1/n, serial and plain: what the model of actors is checked against. Local. With
/// W_u the sum of the weights of u's arcs, and vertices with W_u = 0 dangling (their rank goes to all alike), one
/// iteration is
///
///     r'_v = (1 - d) / n + d (sum over arcs u -> v of r_u w_uv / W_u + sum over dangling u of r_u / n)
///
/// Brin, Page, "The anatomy of a large-scale hypertextual web search engine" (Computer Networks 30, 1998), scaled so
/// that the ranks sum to 1; dangling vertices as in Langville, Meyer, "Deeper inside PageRank" (Internet Mathematics 1,
/// 2004), section 3. The change shrinks at least by the factor d in every iteration, so r is within
/// change d / (1 - d) of the limit. Throws std::invalid_argument when an option is out of its range. O(iterations
/// (vertices + arcs)).
PageRank pagerank_reference(const Graph& graph, const PageRankOptions& options = {});

}  // namespace circo::models
