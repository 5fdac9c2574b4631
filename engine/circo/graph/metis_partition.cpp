#include <metis.h>

#include <circo/graph/integer_graph.hpp>
#include <circo/graph/partition.hpp>

namespace circo {

Partition metis_partition(const Graph& graph, const PartitionTask& task) {
  IntegerGraph<idx_t> whole{graph};
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = spread_seed<idx_t>(task.seed);
  // In thousandths above 1.
  options[METIS_OPTION_UFACTOR] = std::max<idx_t>(1, static_cast<idx_t>(std::lround((task.imbalance - 1) * 1000)));
  idx_t vertices = whole.vertices(), constraints = 1, parts = static_cast<idx_t>(task.parts), cut = 0;
  std::vector<idx_t> result(graph.vertex_count());
  const int code = METIS_PartGraphKway(&vertices, &constraints, whole.offsets.data(), whole.targets.data(),
                                       whole.data(whole.vertex_weights), nullptr, whole.data(whole.edge_weights),
                                       &parts, nullptr, nullptr, options, &cut, result.data());
  if (code != METIS_OK)
    throw Error(fmt::format("METIS failed with code {} ({}) on {} vertices into {} parts", code,
                            code == METIS_ERROR_MEMORY ? "out of memory" : "see metis.h", vertices, parts));
  return {result.begin(), result.end()};
}

}  // namespace circo
