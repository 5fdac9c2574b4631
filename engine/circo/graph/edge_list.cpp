#include <algorithm>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include <circo/graph/graph_formats.hpp>

namespace circo::graph_formats {

namespace {

using Vertex = Graph::Vertex;

/// Numbers what occurs in a file from 0, in order of appearance.
class Compactor {
 public:
  Vertex operator()(std::uint64_t listed) {
    const auto [entry, is_new] = numbers_.try_emplace(listed, static_cast<Vertex>(listed_.size()));
    if (is_new) listed_.push_back(listed);
    return entry->second;
  }
  std::uint64_t size() const { return listed_.size(); }

  /// Renumbers the edges so that the numbers ascend with those in the file.
  void sort(std::vector<Graph::Edge>& edges) {
    std::vector<std::uint64_t> ascending = listed_;
    std::ranges::sort(ascending);
    for (std::size_t i = 0; i < ascending.size(); ++i) numbers_[ascending[i]] = static_cast<Vertex>(i);
    for (auto& [from, to] : edges) {
      from = numbers_[listed_[from]];
      to = numbers_[listed_[to]];
    }
  }

 private:
  std::unordered_map<std::uint64_t, Vertex> numbers_;
  std::vector<std::uint64_t> listed_;
};

class EdgeListReader {
 public:
  EdgeListReader(TextFile& file, const GraphFileOptions& options) : file_{file}, options_{options} {}

  Graph read() {
    if (!next_content_line(file_, "#%")) {
      file_.fail_file("lists no edges; expected lines 'u v' or 'u v weight'; check how it was written");
    }
    const Line first = parse();  // an edge or a header: known at the end
    while (next_content_line(file_, "#%")) {
      const Line line = parse();
      if (edges_.empty()) weighted_ = line.has_weight;
      add(line);
    }
    const bool has_header = is_header(first);
    if (!has_header) {
      if (edges_.empty()) weighted_ = first.has_weight;
      add(first);
    }
    if (options_.compact) compactor_.sort(edges_);
    const std::uint64_t n = options_.compact ? compactor_.size() : has_header ? first.from : vertices_;
    check_density(file_, n, edges_.size(), options_);
    Graph graph = directed_graph(n, std::move(edges_), std::move(weights_));
    settle_direction(graph, options_.directed);
    return graph;
  }

 private:
  struct Line {
    std::uint64_t from, to;
    double weight;
    bool has_weight;
    std::uint64_t number;
  };

  Line parse() const {
    constexpr std::string_view vertex =
        "a vertex, a whole number from 0, in a line 'u v' or 'u v weight'; mend the line, "
        "or begin it with # if it is a comment";
    LineFields fields{file_, true};
    Line line{fields.whole(vertex), fields.whole(vertex), 1.0, !fields.done(), file_.line_number()};
    if (line.has_weight) line.weight = read_weight(fields);
    if (!fields.done()) fields.fail("the end of the line after 'u v weight'; METIS files must end in .graph");
    return line;
  }

  void add(const Line& line) {
    if (line.has_weight != weighted_) {
      file_.fail(
          line.number,
          fmt::format(
              "found {}; expected all lines alike, but for a header 'vertices edges' whose counts fit; mend the line",
              line.has_weight ? "a weight, in a file whose edges have none"
                              : "no weight, in a file whose edges have weights"));
    }
    edges_.push_back({vertex(line.from, line.number), vertex(line.to, line.number)});
    if (weighted_) weights_.push_back(line.weight);
    if (edges_.size() == edges_for_estimate) reserve();
  }

  Vertex vertex(std::uint64_t listed, std::uint64_t line_number) {
    if (options_.compact && compactor_.size() < Graph::max_vertices) return compactor_(listed);
    if (listed < options_.first_vertex || listed - options_.first_vertex >= Graph::max_vertices) {
      file_.fail(line_number,
                 fmt::format("found vertex {}; expected numbers from {} to {}; check the number, or say {}", listed,
                             options_.first_vertex, Graph::max_vertices - 1 + options_.first_vertex,
                             listed == 0 ? "first_vertex=0" : "compact=yes"));
    }
    const std::uint64_t number = listed - options_.first_vertex;
    vertices_ = std::max(vertices_, number + 1);
    has_vertex_0_ = has_vertex_0_ || number == 0;
    return static_cast<Vertex>(number);
  }

  bool is_header(const Line& first) const {
    if (options_.header == false || (options_.compact && !options_.header)) return false;
    const std::uint64_t lines = edges_.size();
    const bool lines_fit = !first.has_weight && (first.to == lines || (first.to <= lines && 2 * first.to == lines));
    const bool vertices_fit = options_.compact || (first.from >= vertices_ && first.from <= Graph::max_vertices);
    if (lines_fit && vertices_fit) return true;
    const std::string found = fmt::format("found '{} {}', and {} lines below with vertices up to {}", first.from,
                                          first.to, lines, vertices_ + options_.first_vertex - (vertices_ > 0));
    if (options_.header == true) {
      file_.fail(first.number,
                 found + "; expected a header 'vertices edges' that fits them; mend it, or say header=no");
    }
    if (lines_fit && options_.first_vertex == 0 && !has_vertex_0_ && first.from + 1 == vertices_) {
      file_.fail(first.number, found +
                                   ": a header, if they are counted from 1; expected vertices from 0; say "
                                   "first_vertex=1, or header=no if this line is an edge");
    }
    return false;
  }

  void reserve() {
    const double bytes_per_edge = static_cast<double>(file_.bytes_read()) / edges_for_estimate;
    const auto expected = static_cast<std::size_t>(1.05 * static_cast<double>(file_.bytes()) / bytes_per_edge);
    edges_.reserve(expected);
    if (weighted_) weights_.reserve(expected);
  }

  static constexpr std::size_t edges_for_estimate = 4096;

  TextFile& file_;
  const GraphFileOptions& options_;
  std::vector<Graph::Edge> edges_;
  std::vector<double> weights_;
  bool weighted_ = false;
  Compactor compactor_;
  std::uint64_t vertices_ = 0;
  bool has_vertex_0_ = false;
};

}  // namespace

Graph read_edge_list(TextFile& file, const GraphFileOptions& options) { return EdgeListReader{file, options}.read(); }

}  // namespace circo::graph_formats
