#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/graph_file.hpp>

namespace circo {

namespace {

/// Text to a file in big blocks. close() says whether all of it arrived.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& path) : path_{path} {
    errno = 0;
    file_.reset(std::fopen(path.c_str(), "wb"));
    if (!file_) fail("cannot be made");
    text_.reserve(block_bytes + 64);
  }

  template <class Number>
  Writer& operator<<(Number number) {
    char digits[32];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    if (text_.size() >= block_bytes) flush();
    return *this;
  }
  Writer& operator<<(char c) {
    text_ += c;
    return *this;
  }

  void close() {
    flush();
    if (std::fclose(file_.release()) != 0) fail("cannot be written");
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  static constexpr std::size_t block_bytes = std::size_t{1} << 20;

  void flush() {
    errno = 0;
    if (std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size()) fail("cannot be written");
    text_.clear();
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error{
        fmt::format("{}: {} ({}); expected a writable file; check its folder, permissions and the space on the disk",
                    path_.string(), what, std::generic_category().message(errno))};
  }

  const std::filesystem::path& path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::string text_;
};

void require_whole(std::span<const double> weights, double least, const std::string& prefix) {
  for (const double weight : weights) {
    if (!(weight >= least && weight <= 0x1p53 && weight == std::floor(weight))) {
      throw Error{fmt::format("{}has the weight {}; expected whole numbers from {}; scale and round them first", prefix,
                              weight, least)};
    }
  }
}

}  // namespace

void write_edge_list(const Graph& graph, const std::filesystem::path& path) {
  Writer out{path};
  out << graph.vertex_count() << ' ' << graph.arc_count() << '\n';
  graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
    out << u << ' ' << v;
    if (!graph.weights.empty()) out << ' ' << weight;
    out << '\n';
  });
  out.close();
}

void write_metis(const Graph& graph, const std::filesystem::path& path) {
  const std::string prefix = path.string() + ": a METIS file cannot hold this graph: it ";
  if (graph.directed) throw Error{prefix + "is directed; expected an undirected one; symmetrise it first"};
  for (std::uint64_t u = 0; u < graph.vertex_count(); ++u) {
    for (auto arc = graph.offsets[u]; arc < graph.offsets[u + 1]; ++arc) {
      if (graph.targets[arc] == u || (arc > graph.offsets[u] && graph.targets[arc] == graph.targets[arc - 1])) {
        throw Error{fmt::format("{}has the edge {} - {}{}; expected no loops and parallel edges; simplify it first",
                                prefix, u, graph.targets[arc], graph.targets[arc] == u ? ", a loop" : " twice")};
      }
    }
  }
  require_whole(graph.weights, 1, prefix);
  require_whole(graph.vertex_weights, 0, prefix);

  const auto as_whole = [](double weight) { return static_cast<std::uint64_t>(weight); };
  Writer out{path};
  out << graph.vertex_count() << ' ' << graph.edge_count();
  if (!graph.weights.empty() || !graph.vertex_weights.empty()) {
    out << ' ' << (graph.vertex_weights.empty() ? 0 : 10) + (graph.weights.empty() ? 0 : 1);
  }
  out << '\n';
  for (Graph::Vertex u = 0; u < graph.vertex_count(); ++u) {
    if (!graph.vertex_weights.empty()) out << as_whole(graph.vertex_weights[u]) << ' ';
    graph.for_each_arc(u, [&](Graph::Vertex v, double weight) {
      out << v + std::uint64_t{1} << ' ';
      if (!graph.weights.empty()) out << as_whole(weight) << ' ';
    });
    out << '\n';
  }
  out.close();
}

}  // namespace circo
