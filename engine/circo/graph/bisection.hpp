#pragma once

#include <circo/graph/graph.hpp>
#include <circo/graph/partition.hpp>

namespace circo {

/// Lowers the cut of a division in parts 0 and 1 (Fiduccia and Mattheyses 1982): in each pass vertices change sides one
/// after another, each once, that of the greatest gain first even where that is a loss, until that has been in vain for
/// long; what was best on the way is kept. No part becomes heavier than `cap`, or than the heavier one was. `graph` is
/// undirected. Returns by how much the weight of the edges between the parts fell. Local. O(arcs log arcs) a pass; the
/// same input gives the same division.
double refine_bisection(const Graph& graph, Partition& division, double cap);

/// A division in parts 0 and 1, of which none is heavier than `cap` if that can be: connected components as they are,
/// the heaviest first, as many as have room in part 0; what is missing there grows in the lightest one that had none,
/// from one of its two ends on, always by the neighbor that adds least to the cut (greedy graph growing, Karypis and
/// Kumar 1998). `graph` is undirected. Local. O(arcs log arcs).
Partition grow_bisection(const Graph& graph, double cap, int end);

}  // namespace circo
