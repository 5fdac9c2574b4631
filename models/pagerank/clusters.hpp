#pragma once

#include <cstdint>
#include <vector>

#include <circo/graph/graph.hpp>

namespace circo::models {

/// The vertices in an order in which any `size` in a row, from a multiple of it on, lie together in the graph: grown
/// breadth first along arcs from the lowest vertex left, and from the next one where nothing more can be reached.
/// [vertices]. Local. O(vertices + arcs).
std::vector<Graph::Vertex> in_clusters(const Graph& graph, std::uint64_t size);

}  // namespace circo::models
