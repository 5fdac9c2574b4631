#include <algorithm>
#include <numeric>
#include <queue>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/partition.hpp>

namespace circo {

Partition metis_partition(const Graph& graph, const PartitionTask& task);
Partition scotch_partition(const Graph& graph, const PartitionTask& task);

namespace {

constexpr Partitioner all[] = {
#ifdef CIRCO_HAS_METIS
    {"metis", "METIS, multilevel k-way (Karypis, Kumar 1998)", "", metis_partition},
#else
    {"metis", "METIS, multilevel k-way (Karypis, Kumar 1998)", "METIS (Debian: libmetis-dev)", nullptr},
#endif
#ifdef CIRCO_HAS_SCOTCH
    {"scotch", "Scotch, multilevel recursive (Pellegrini, Roman 1996)", "", scotch_partition},
#else
    {"scotch", "Scotch, multilevel recursive (Pellegrini, Roman 1996)", "Scotch (Debian: libscotch-dev)", nullptr},
#endif
};

/// The heaviest vertex to the lightest part, and so on (Graham 1969).
Partition by_weight(const Graph& graph, std::uint32_t parts) {
  std::vector<Graph::Vertex> order(graph.vertex_count());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater{}, [&](Graph::Vertex v) { return graph.vertex_weight(v); });
  std::priority_queue<std::pair<double, std::uint32_t>, std::vector<std::pair<double, std::uint32_t>>, std::greater<>>
      loads;
  for (std::uint32_t part = 0; part < parts; ++part) loads.emplace(0.0, part);
  Partition result(order.size());
  for (const auto v : order) {
    const auto [load, part] = loads.top();
    loads.pop();
    result[v] = part;
    loads.emplace(load + graph.vertex_weight(v), part);
  }
  return result;
}

}  // namespace

std::span<const Partitioner> partitioners() { return all; }

void require(const Partitioner& partitioner) {
  if (!partitioner.lacks.empty())
    throw Error(fmt::format("{}: this build was made without {}; install it, configure and build again",
                            partitioner.name, partitioner.lacks));
}

Partition partition(const Partitioner& partitioner, const Graph& graph, const PartitionTask& task) {
  require(partitioner);
  const std::uint64_t n = graph.vertex_count();
  if (task.parts <= 1) return by_weight(graph, 1);
  const Graph simple = simplified(graph.directed ? symmetrised(graph) : graph);
  if (n <= task.parts || simple.arc_count() == 0) return by_weight(graph, task.parts);
  return partitioner.divide(simple, task);
}

PartitionQuality quality_of(const Graph& graph, const Partition& partition, std::uint32_t parts) {
  double cut = 0, total = 0;
  std::vector<double> loads(parts, 0);
  for (Graph::Vertex u = 0; u < graph.vertex_count(); ++u) {
    loads[partition[u]] += graph.vertex_weight(u);
    graph.for_each_arc(u, [&](Graph::Vertex v, double weight) {
      if (v == u) return;
      total += weight;
      if (partition[v] != partition[u]) cut += weight;
    });
  }
  const double load = std::accumulate(loads.begin(), loads.end(), 0.0);
  return {total > 0 ? cut / total : 0, load > 0 ? std::ranges::max(loads) * parts / load : 1};
}

}  // namespace circo
