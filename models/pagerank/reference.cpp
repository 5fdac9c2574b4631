#include <cmath>
#include <stdexcept>

#include <pagerank/reference.hpp>

namespace circo::models {

PageRank pagerank_reference(const Graph& graph, const PageRankOptions& options) {
  const double d = options.damping;
  if (!(d >= 0 && d < 1) || !(options.tolerance >= 0) || options.iterations < 0) {
    throw std::invalid_argument{
        "PageRank takes a damping in [0, 1), a tolerance and a number of iterations of 0 or more"};
  }
  const std::size_t n = graph.vertex_count();
  const double one_share = n > 0 ? 1.0 / static_cast<double>(n) : 0.0;

  std::vector<double> out_weight(n, 0.0);
  graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex, double weight) { out_weight[u] += weight; });

  PageRank result;
  result.rank.assign(n, one_share);
  result.converged = n == 0;
  while (result.iterations < options.iterations && !result.converged) {
    double dangling = 0;
    std::vector<double> inflow(n, 0.0);
    for (std::size_t u = 0; u < n; ++u)
      if (out_weight[u] == 0) dangling += result.rank[u];
    graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
      if (out_weight[u] > 0) inflow[v] += result.rank[u] * weight / out_weight[u];
    });
    result.change = 0;
    for (std::size_t v = 0; v < n; ++v) {
      const double next = (1 - d) * one_share + d * (inflow[v] + dangling * one_share);
      result.change += std::abs(next - result.rank[v]);
      result.rank[v] = next;
    }
    ++result.iterations;
    result.converged = result.change <= options.tolerance;
  }
  return result;
}

}  // namespace circo::models
