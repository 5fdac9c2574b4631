#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <circo/graph/graph_formats.hpp>

namespace circo::graph_formats {

namespace {

struct Kind {
  bool has_values;
  bool mirrored;  // symmetric or skew-symmetric: only the lower triangle is listed
  bool skew;
};

std::string lower_case(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

Kind read_banner(TextFile& file) {
  file.next();
  std::vector<std::string> words;
  for (LineFields fields{file, false}; !fields.done();) words.push_back(lower_case(fields.word()));
  const auto refuse = [&](std::string_view expected) {
    file.fail(fmt::format("found {}; expected {}", in_quotes(file.line()), expected));
  };
  if (words.size() != 5 || words[0] != "%%matrixmarket" || words[1] != "matrix") {
    refuse(
        "a banner '%%MatrixMarket matrix coordinate real general'; mend it, or rename the file if it is no Matrix "
        "Market file");
  }
  if (words[2] != "coordinate") refuse("a sparse matrix, 'coordinate'; convert the file");
  const bool pattern = words[3] == "pattern";
  if (!pattern && words[3] != "real" && words[3] != "integer")
    refuse("entries 'real', 'integer' or 'pattern'; convert the file");
  const bool skew = words[4] == "skew-symmetric";
  if (words[4] != "general" && words[4] != "symmetric" && (!skew || pattern)) {
    refuse("'general', 'symmetric' or 'skew-symmetric' (with values); convert the file");
  }
  return {!pattern, words[4] != "general", skew};
}

struct Sizes {
  std::uint64_t rows;  // = columns
  std::uint64_t entries;
};

Sizes read_sizes(TextFile& file) {
  if (!next_content_line(file, "%")) {
    file.fail("the file ends before the sizes; expected a line 'rows columns entries'; it may have been cut off");
  }
  LineFields fields{file, false};
  constexpr std::string_view size = "a whole number from 0 in the line 'rows columns entries'; mend the line";
  const std::uint64_t rows = fields.whole(size), columns = fields.whole(size), entries = fields.whole(size);
  if (!fields.done()) fields.fail("the end of the line 'rows columns entries'; mend the line");
  if (rows != columns || rows > Graph::max_vertices) {
    file.fail(
        fmt::format("found a matrix of {} x {}; expected a square one of at most {} rows, a vertex for each; "
                    "give the matrix of a graph",
                    rows, columns, Graph::max_vertices));
  }
  return {rows, entries};
}

struct Entry {
  std::uint64_t row, column;  // from 1
  double value;
};

Entry read_entry(const TextFile& file, const Kind& kind, std::uint64_t rows) {
  LineFields fields{file, false};
  constexpr std::string_view index = "a row or column, a whole number from 1; mend the line";
  Entry entry{fields.whole(index), fields.whole(index), 1.0};
  if (kind.has_values) entry.value = fields.real("the entry's value, a finite number; mend the line");
  if (!fields.done()) fields.fail("the end of the line after 'row column value' (pattern: no value); mend the line");
  const auto [row, column, value] = entry;
  if (row < 1 || row > rows || column < 1 || column > rows) {
    file.fail(fmt::format("found row {}, column {}; expected numbers from 1 to {}; mend the line", row, column, rows));
  }
  if (kind.mirrored && (row < column || (kind.skew && row == column))) {
    file.fail(
        fmt::format("found row {}, column {}; expected no entry above the diagonal of a symmetric matrix, nor on "
                    "that of a skew-symmetric one; mend the line, or the banner",
                    row, column));
  }
  return entry;
}

}  // namespace

Graph read_matrix_market(TextFile& file, const GraphFileOptions& options) {
  const Kind kind = read_banner(file);
  const auto [rows, entries] = read_sizes(file);
  std::vector<Graph::Edge> edges;
  std::vector<double> weights;
  const std::uint64_t most = std::min(entries, file.bytes() / 4);  // an entry takes 4 bytes or more
  edges.reserve(most);
  if (kind.has_values) weights.reserve(most);
  for (std::uint64_t k = 0; k < entries; ++k) {
    if (!next_content_line(file, "%")) {
      file.fail(
          fmt::format("the file ends after {} entries; expected {}, as the line of sizes says; it may have been "
                      "cut off",
                      k, entries));
    }
    const auto [row, column, value] = read_entry(file, kind, rows);
    if (value == 0 || (row == column && !options.diagonal)) continue;
    edges.push_back({static_cast<Graph::Vertex>(row - 1), static_cast<Graph::Vertex>(column - 1)});
    if (kind.has_values) weights.push_back(std::abs(value));
  }
  if (next_content_line(file, "%")) {
    file.fail(
        fmt::format("found more than the {} entries of the line of sizes; expected the end of the file; mend the "
                    "sizes or remove this line",
                    entries));
  }
  check_density(file, rows, edges.size(), options);
  if (kind.mirrored) return undirected_graph(rows, std::move(edges), std::move(weights));
  Graph graph = directed_graph(rows, std::move(edges), std::move(weights));
  settle_direction(graph, options.directed);
  return graph;
}

}  // namespace circo::graph_formats
