#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <circo/graph/graph.hpp>

namespace circo {

/// How much work vertices are: "uniform" (1 each), "file" (the graph's vertex weights), or "pareto:SHAPE[,most=100]",
/// drawn with P(load > x) = x^-SHAPE and cut off. [vertices], a function of seed and vertex. Throws Error when `name`
/// says something else.
std::vector<double> loads_named(const std::string& name, const Graph& graph, std::uint64_t seed);

}  // namespace circo
