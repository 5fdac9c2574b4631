#pragma once

#include <cstdint>
#include <string>

#include <circo/graph/graph_file.hpp>

/// The readers behind read_graph, one a format, each in its own file. The TextFile stands before the first line.
namespace circo::graph_formats {

Graph read_edge_list(TextFile& file, const GraphFileOptions& options);
Graph read_metis(TextFile& file);
Graph read_matrix_market(TextFile& file, const GraphFileOptions& options);

/// Goes to the next line that is neither blank nor begins with one of `comment_marks`; false at the end of the file.
bool next_content_line(TextFile& file, std::string_view comment_marks);

/// Reads an edge weight >= 0.
double read_weight(LineFields& fields);

/// See GraphFileOptions::sparse_vertices.
void check_density(const TextFile& file, std::uint64_t vertices, std::uint64_t edges, const GraphFileOptions& options);

/// Marks a graph undirected when its arcs allow it, or makes it so when the options want it.
void settle_direction(Graph& graph, const std::optional<bool>& directed);

}  // namespace circo::graph_formats
