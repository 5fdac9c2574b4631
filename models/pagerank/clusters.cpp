#include <pagerank/clusters.hpp>

namespace circo::models {

std::vector<Graph::Vertex> in_clusters(const Graph& graph, std::uint64_t size) {
  std::vector<Graph::Vertex> order;
  std::vector<bool> taken(graph.vertex_count());
  auto take = [&](Graph::Vertex v) {
    if (taken[v]) return;
    taken[v] = true;
    order.push_back(v);
  };
  for (Graph::Vertex seed = 0; seed < graph.vertex_count(); ++seed) {
    std::size_t next = order.size();
    const std::size_t end = (next / size + 1) * size;
    for (take(seed); next < order.size() && order.size() < end; ++next)
      for (const Graph::Vertex v : graph.neighbors(order[next]))
        if (order.size() < end) take(v);
  }
  return order;
}

}  // namespace circo::models
