#pragma once

#include <circo/graph/graph.hpp>
#include <circo/graph/partition.hpp>

namespace circo {

/// Lowers the cut of a division in parts 0 and 1 (Fiduccia and Mattheyses 1982): in each pass vertices change sides one
/// after another, each once, that of the greatest gain first even where that is a loss; what was best on the way is
/// kept. No part becomes heavier than `cap`, or than the heavier one was. `graph` is undirected. Returns by how much
/// the weight of the edges between the parts fell. Local. O(arcs log arcs) a pass; the same input gives the same
/// division.
double refine_bisection(const Graph& graph, Partition& division, double cap);

}  // namespace circo
