#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <circo/actor/random.hpp>
#include <circo/error.hpp>
#include <circo/graph/graph_parameters.hpp>
#include <circo/graph/vertex_loads.hpp>

namespace circo {

namespace {

constexpr std::uint64_t load_stream = 0x10AD;

constexpr std::array<GraphParameter, 2> pareto_parameters{
    {{"shape", "", "of the distribution: P(load > x) = x^-shape for x >= 1"},
     {"most", "100", "larger loads become this"}}};

std::vector<double> pareto_loads(std::string_view parameters, std::uint64_t vertices, std::uint64_t seed) {
  const GraphParameters given{"pareto", parameters, pareto_parameters};
  const double shape = given.real("shape", 0.1, 100);
  const double most = given.real("most", 1, 1e12);
  const std::uint64_t stream = mix(seed, load_stream);
  std::vector<double> loads(vertices);
  for (std::uint64_t v = 0; v < vertices; ++v)
    loads[v] = std::min(most, std::pow(1 - unit_interval(mix(stream, v)), -1 / shape));
  return loads;
}

}  // namespace

std::vector<double> loads_named(const std::string& name, const Graph& graph, std::uint64_t seed) {
  if (name == "uniform") return std::vector<double>(graph.vertex_count(), 1);
  if (name.starts_with("pareto:")) return pareto_loads(std::string_view{name}.substr(7), graph.vertex_count(), seed);
  if (name != "file")
    throw Error(fmt::format("--loads {}: expected uniform, file or pareto:SHAPE, as in pareto:1.3", name));
  if (graph.vertex_weights.empty())
    throw Error(
        "--loads file: the graph has no vertex weights; expected a METIS file whose header says that there are");
  return graph.vertex_weights;
}

}  // namespace circo
