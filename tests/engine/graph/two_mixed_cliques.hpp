#pragma once

#include <circo/graph/graph.hpp>

namespace circo::test {

/// All even and all odd ones of 60 vertices, each with each, and a bridge between the two.
inline Graph two_mixed_cliques() {
  std::vector<Graph::Edge> edges{{0, 1}};
  for (Graph::Vertex a = 0; a < 60; ++a)
    for (Graph::Vertex b = a % 2; b < a; b += 2) edges.push_back({a, b});
  return undirected_graph(60, std::move(edges));
}

}  // namespace circo::test
