#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <circo/graph/graph_formats.hpp>

namespace circo::graph_formats {

namespace {

using Vertex = Graph::Vertex;

class MetisReader {
 public:
  explicit MetisReader(TextFile& file) : file_{file} {}

  Graph read() {
    read_header();
    graph_.targets.reserve(std::min(2 * edges_, file_.bytes() / 2));
    while (graph_.vertex_count() < vertices_) {
      if (!next_line()) {
        file_.fail(fmt::format(
            "the file ends after the lines of {} vertices; expected {}, as the header says; it may have been cut off",
            graph_.vertex_count(), vertices_));
      }
      read_vertex();
    }
    while (next_line()) {
      if (!LineFields{file_, false}.done()) {
        file_.fail(
            fmt::format("found a line after the last of the {} vertices; expected the end of the file; mend the header "
                        "or remove the line",
                        vertices_));
      }
    }
    check_edges();
    return std::move(graph_);
  }

 private:
  /// Blank lines count: they are vertices without neighbors.
  bool next_line() {
    while (file_.next()) {
      if (!file_.line().starts_with('%')) return true;
    }
    return false;
  }

  void read_header() {
    if (!next_content_line(file_, "%")) {
      file_.fail_file("has no header; expected a line 'vertices edges [fmt [ncon]]'; check how it was written");
    }
    header_line_ = file_.line_number();
    LineFields fields{file_, false};
    vertices_ = fields.whole("the number of vertices in a METIS header 'vertices edges [fmt [ncon]]'; mend the line");
    edges_ = fields.whole("the number of edges in a METIS header 'vertices edges [fmt [ncon]]'; mend the line");
    if (vertices_ > Graph::max_vertices || edges_ > std::uint64_t{1} << 60) {
      file_.fail(fmt::format("found {} vertices and {} edges; expected at most {} vertices; mend the header", vertices_,
                             edges_, Graph::max_vertices));
    }
    std::string_view format;
    LineFields format_field = fields;
    if (!fields.done()) format = fields.word();
    if (format.size() > 3 || format.find_first_not_of("01") != std::string_view::npos) {
      format_field.fail("fmt, up to three digits 0 or 1 (vertex sizes, vertex weights, edge weights); mend the header");
    }
    const auto flag = [&](std::size_t digit) { return format.size() >= digit && format[format.size() - digit] == '1'; };
    edge_weights_ = flag(1);
    vertex_weights_ = flag(2);
    vertex_sizes_ = flag(3);
    constexpr std::string_view ncon = "ncon, the number of weights a vertex, 1 or more, with vertex weights in fmt";
    LineFields count_field = fields;
    if (!fields.done()) weights_a_vertex_ = fields.whole(ncon);
    if (weights_a_vertex_ == 0 || (weights_a_vertex_ > 1 && !vertex_weights_)) count_field.fail(ncon);
    if (!fields.done()) fields.fail("the end of the header 'vertices edges [fmt [ncon]]'; METIS files have no more");
  }

  void read_vertex() {
    const std::uint64_t vertex = graph_.vertex_count() + 1;
    const std::uint64_t row_start = graph_.arc_count();
    LineFields fields{file_, false};
    if (vertex_sizes_) fields.whole("the size of the vertex (fmt says so), a whole number from 0; mend the line");
    if (vertex_weights_) {
      for (std::uint64_t k = 0; k < weights_a_vertex_; ++k) {
        const double weight = read_weight(fields);
        if (k == 0) graph_.vertex_weights.push_back(weight);
      }
    }
    bool sorted = true;
    while (!fields.done()) {
      const std::uint64_t neighbor = fields.whole("a neighbor, a whole number from 1; mend the line");
      if (neighbor < 1 || neighbor > vertices_ || neighbor == vertex) {
        file_.fail(fmt::format("vertex {} has the neighbor {}; expected another vertex, from 1 to {}; mend the line",
                               vertex, neighbor, vertices_));
      }
      const auto target = static_cast<Vertex>(neighbor - 1);
      sorted = sorted && (graph_.arc_count() == row_start || graph_.targets.back() < target);
      graph_.targets.push_back(target);
      if (edge_weights_) {
        const LineFields weight = fields;
        graph_.weights.push_back(read_weight(fields));
        if (graph_.weights.back() == 0) weight.fail("an edge weight above 0; mend the line");
      }
    }
    if (!sorted) sort_row(row_start);
    graph_.offsets.push_back(graph_.arc_count());
  }

  void sort_row(std::uint64_t row_start) {
    row_.clear();
    for (std::uint64_t arc = row_start; arc < graph_.arc_count(); ++arc)
      row_.emplace_back(graph_.targets[arc], arc - row_start);
    row_weights_.assign(graph_.weights.begin() + static_cast<std::ptrdiff_t>(edge_weights_ ? row_start : 0),
                        graph_.weights.end());
    std::ranges::sort(row_);
    for (std::uint64_t i = 0; i < row_.size(); ++i) {
      if (i > 0 && row_[i].first == row_[i - 1].first) {
        file_.fail(fmt::format("vertex {} lists the neighbor {} twice; expected each once; mend the line",
                               graph_.vertex_count() + 1, row_[i].first + 1));
      }
      graph_.targets[row_start + i] = row_[i].first;
      if (edge_weights_) graph_.weights[row_start + i] = row_weights_[row_[i].second];
    }
  }

  void check_edges() {
    if (const auto arc = find_unmatched(graph_)) {
      const auto [from, to] = *arc;
      file_.fail(line_of(from),
                 fmt::format("vertex {0} lists the neighbor {1}, but vertex {1} (line {2}) does not list {0} with the "
                             "same weight; expected every edge at both ends; mend one of the lines",
                             from + 1, to + 1, line_of(to)));
    }
    if (graph_.arc_count() != 2 * edges_) {
      file_.fail(header_line_,
                 fmt::format("found {} edges; expected {}, as the header says; mend the header or the lines",
                             graph_.arc_count() / 2, edges_));
    }
  }

  /// The line of a vertex, for messages. Reads the file again, so that the good case keeps no line numbers; of a pipe,
  /// which cannot be read again, the last line.
  std::uint64_t line_of(Vertex vertex) const {
    if (file_.bytes() == 0) return file_.line_number();
    TextFile again{file_.path()};
    MetisReader lines{again};
    while (again.line_number() < header_line_ && again.next()) continue;
    for (std::uint64_t v = 0; v <= vertex && lines.next_line(); ++v) continue;
    return again.line_number();
  }

  TextFile& file_;
  Graph graph_;
  std::uint64_t header_line_ = 0;
  std::uint64_t vertices_ = 0;
  std::uint64_t edges_ = 0;
  bool vertex_sizes_ = false;
  bool vertex_weights_ = false;
  bool edge_weights_ = false;
  std::uint64_t weights_a_vertex_ = 1;
  std::vector<std::pair<Vertex, std::uint64_t>> row_;  // scratch of sort_row
  std::vector<double> row_weights_;
};

}  // namespace

Graph read_metis(TextFile& file) { return MetisReader{file}.read(); }

}  // namespace circo::graph_formats
