#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/graph_file.hpp>
#include <circo/graph/graph_formats.hpp>

namespace circo {

namespace {

constexpr std::pair<std::string_view, GraphFormat> suffixes[] = {
    {".txt", GraphFormat::edge_list}, {".edges", GraphFormat::edge_list}, {".edgelist", GraphFormat::edge_list},
    {".el", GraphFormat::edge_list},  {".csv", GraphFormat::edge_list},   {".tsv", GraphFormat::edge_list},
    {".graph", GraphFormat::metis},   {".metis", GraphFormat::metis},     {".mtx", GraphFormat::matrix_market},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

GraphFormat recognise(const TextFile& file) {
  if (file.unread().starts_with("%%MatrixMarket")) return GraphFormat::matrix_market;
  std::string suffix = file.path().extension().string();
  std::ranges::transform(suffix, suffix.begin(), lower);
  for (const auto& [name, format] : suffixes) {
    if (suffix == name) return format;
  }
  file.fail_file(
      fmt::format("has {}; expected .graph or .metis (METIS), .txt .edges .edgelist .el .csv .tsv (edge list) or .mtx "
                  "(Matrix Market); rename it, or say format=edge_list, metis or matrix_market",
                  suffix.empty() ? "no suffix" : "the unknown suffix " + in_quotes(suffix)));
}

}  // namespace

Graph read_graph(const std::filesystem::path& path, const GraphFileOptions& options) {
  TextFile file{path, options.block_bytes};
  try {
    switch (options.format == GraphFormat::automatic ? recognise(file) : options.format) {
      case GraphFormat::metis:
        return graph_formats::read_metis(file);
      case GraphFormat::matrix_market:
        return graph_formats::read_matrix_market(file, options);
      default:
        return graph_formats::read_edge_list(file, options);
    }
  } catch (const std::bad_alloc&) {
    file.fail(
        "the graph does not fit into memory; expected a graph for this machine; take a smaller one or more memory");
  }
}

namespace graph_formats {

bool next_content_line(TextFile& file, std::string_view comment_marks) {
  while (file.next()) {
    const auto start = file.line().find_first_not_of(" \t");
    if (start != std::string_view::npos && comment_marks.find(file.line()[start]) == std::string_view::npos)
      return true;
  }
  return false;
}

double read_weight(LineFields& fields) {
  constexpr std::string_view expected = "a weight, a finite number, 0 or more; mend the line";
  LineFields weight = fields;
  const double value = fields.real(expected);
  if (value < 0) weight.fail(expected);
  return value;
}

void check_density(const TextFile& file, std::uint64_t vertices, std::uint64_t edges, const GraphFileOptions& options) {
  if (vertices > options.sparse_vertices && vertices / 1000 > edges) {
    file.fail_file(
        fmt::format("has {} vertices by the greatest number, but only {} edges; expected fewer isolated vertices; "
                    "check the numbers, or say compact=yes (edge lists)",
                    vertices, edges));
  }
}

void settle_direction(Graph& graph, const std::optional<bool>& directed) {
  graph.directed = directed == true || find_unmatched(graph);
  if (graph.directed && directed == false) graph = symmetrised(graph, Combine::largest);
}

}  // namespace graph_formats

}  // namespace circo
