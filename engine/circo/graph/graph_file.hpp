#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <circo/graph/graph.hpp>
#include <circo/graph/text_file.hpp>

namespace circo {

enum class GraphFormat { automatic, edge_list, metis, matrix_market };

struct GraphFileOptions {
  /// automatic: Matrix Market by its banner; else by the suffix: .graph .metis; .txt .edges .edgelist .el .csv .tsv;
  /// .mtx.
  GraphFormat format = GraphFormat::automatic;
  /// Edge lists: vertices are counted from this, 0 or 1.
  std::uint64_t first_vertex = 0;
  /// Edge lists: whether the first line is "vertices edges". Unset: it is when the rest of the file fits, see
  /// read_graph.
  std::optional<bool> header = std::nullopt;
  /// Edge lists and general matrices. false: every edge goes both ways, whether it is listed once or twice. Unset: the
  /// graph is undirected when every edge is listed both ways with the same weight.
  std::optional<bool> directed = std::nullopt;
  /// Edge lists: the vertices are the numbers that occur (below 2^64), renumbered from 0 in ascending order.
  bool compact = false;
  /// Matrices: entries of the diagonal become loops; false: they are left out.
  bool diagonal = false;
  /// Refuse more vertices than this when 1,000 times as many as listed edges: surely a mistake, and it costs memory.
  std::uint64_t sparse_vertices = std::uint64_t{1} << 24;
  /// Size of a read. Small ones are for tests.
  std::size_t block_bytes = TextFile::default_block_bytes;
};

/// Reads a graph. Local. Throws circo::Error "FILE:LINE: what was found; what was expected; what to do". The formats:
///
/// Edge list: lines "u v" or "u v weight" (all alike), parted by blanks, tabs or a comma; lines that begin with # or %
/// are comments. u -> v are whole numbers, weight is 0 or more. There are as many vertices as the greatest number says;
/// those that do not occur are isolated. A first line "n m" is a header when exactly m or 2 m edge lines follow and all
/// their vertices are below n; otherwise it is an edge. (Where both readings fit, which takes a very small file, it is
/// a header.)
///
/// METIS (manual of METIS 5.1, section 4.1.1): header "n m [fmt [ncon]]", then one line a vertex with its neighbors,
/// from 1; % lines are comments. The vertex weight is the first of the ncon; vertex sizes are skipped. Edges must be
/// listed at both ends.
///
/// Matrix Market (Boisvert, Pozo, Remington, NIST IR 5935, 1996): square coordinate matrices, real, integer or pattern;
/// general, symmetric or skew-symmetric. Entry (i, j) is the edge i -> j of weight |value|; zeros are no edges.
Graph read_graph(const std::filesystem::path& path, const GraphFileOptions& options = {});

/// Writes an edge list "n m", then every arc "u v [weight]", from 0; an undirected edge both ways. Reads back as the
/// same graph, but for vertex weights, which the format cannot hold. Local. Throws circo::Error when the file cannot be
/// written.
void write_edge_list(const Graph& graph, const std::filesystem::path& path);

/// Writes METIS format. Local. Throws circo::Error when the file cannot be written or the format cannot hold the graph:
/// directed, with loops or parallel edges (use symmetrised, simplified), or weights that are no whole numbers (edges:
/// above 0).
void write_metis(const Graph& graph, const std::filesystem::path& path);

}  // namespace circo
