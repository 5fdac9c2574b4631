#pragma once

#include <cstdint>

#include <circo/actor/random.hpp>
#include <circo/graph/graph.hpp>

/// Graphs made by rule. Local. All are undirected and simple unless said otherwise. What is random depends on the
/// stream only: integer arithmetic, or single IEEE operations, decides, so every machine and library makes the same
/// graph. Throws circo::Error when the graph would have more than Graph::max_vertices vertices.
namespace circo::generate {

/// width x height vertices, numbered along the rows, each joined to its 4 neighbors. periodic: the edges are joined (a
/// torus).
Graph grid2d(std::uint64_t width, std::uint64_t height, bool periodic);
/// width x height x depth vertices, each joined to its 6 neighbors.
Graph grid3d(std::uint64_t width, std::uint64_t height, std::uint64_t depth, bool periodic);
/// Vertex i is joined to i + 1, the last to the first. n <= 2 is a path.
Graph ring(std::uint64_t n);
/// A complete tree, numbered level by level: the parent of i > 0 is (i - 1) / arity. arity 1 is a path.
Graph tree(std::uint64_t n, std::uint64_t arity);

/// Random geometric graph: n points in the unit square (or cube), joined when nearer than r, which is such that a
/// vertex far from the border has `degree` neighbors on average. Penrose, "Random Geometric Graphs" (Oxford, 2003).
Graph random_geometric(std::uint64_t n, double degree, bool cube, Random random);

struct Rmat {
  std::uint64_t scale;  ///< 2^scale vertices
  double degree;        ///< 2^scale * degree edges are drawn
  double a, b, c;       ///< chances of the quadrants; d = 1 - a - b - c
  bool directed;
};
/// Recursive matrix: a power law of degrees. Edges drawn k times get weight k; loops are dropped. Chakrabarti, Zhan,
/// Faloutsos, "R-MAT: a recursive model for graph mining" (SDM 2004); a, b, c as in Graph500.
Graph rmat(const Rmat& shape, Random random);

/// Small world: a ring where each vertex is joined to the `degree` (even) nearest; then the far end of each edge is
/// moved to a random vertex with chance p. Watts, Strogatz, "Collective dynamics of small-world networks" (Nature 393,
/// 1998).
Graph small_world(std::uint64_t n, std::uint64_t degree, double p, Random random);

/// Preferential attachment: each new vertex joins m vertices, chosen with chances proportional to their degrees; starts
/// from a star of m + 1. Barabasi, Albert, "Emergence of scaling in random networks" (Science 286, 1999).
Graph barabasi_albert(std::uint64_t n, std::uint64_t m, Random random);

/// Planted communities, contiguous in numbering: each vertex draws inside / 2 partners in its own community and outside
/// / 2 in the whole graph (fractions by chance). Edges drawn k times get weight k. After Condon, Karp, "Algorithms for
/// graph partitioning on the planted partition model" (Random Structures and Algorithms 18, 2001).
Graph communities(std::uint64_t count, std::uint64_t size, double inside, double outside, Random random);

}  // namespace circo::generate
