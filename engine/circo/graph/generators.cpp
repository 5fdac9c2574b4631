#include <algorithm>
#include <filesystem>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/generate.hpp>
#include <circo/graph/generators.hpp>
#include <circo/graph/graph_file.hpp>
#include <circo/nearest_name.hpp>

namespace circo {

namespace {

constexpr std::uint64_t most_vertices = Graph::max_vertices;
constexpr double highest_degree = 1e6;
constexpr GraphParameter periodic{"periodic", "no", "join opposite sides"};

constexpr GraphParameter grid2d_parameters[] = {
    {"width", "100", "vertices along x"}, {"height", "width", "vertices along y"}, periodic};
Graph grid2d(const GraphParameters& given, const Random&) {
  return generate::grid2d(given.whole("width", 1, most_vertices), given.whole("height", 1, most_vertices),
                          given.flag("periodic"));
}

constexpr GraphParameter grid3d_parameters[] = {{"width", "24", "vertices along x"},
                                                {"height", "width", "vertices along y"},
                                                {"depth", "width", "vertices along z"},
                                                periodic};
Graph grid3d(const GraphParameters& given, const Random&) {
  return generate::grid3d(given.whole("width", 1, most_vertices), given.whole("height", 1, most_vertices),
                          given.whole("depth", 1, most_vertices), given.flag("periodic"));
}

constexpr GraphParameter rgg_parameters[] = {{"n", "20000", "points"},
                                             {"degree", "10", "neighbors of a point, on average"},
                                             {"dimension", "2", "2 (square) or 3 (cube)"}};
Graph rgg(const GraphParameters& given, const Random& random) {
  return generate::random_geometric(given.whole("n", 1, most_vertices), given.real("degree", 0, highest_degree),
                                    given.whole("dimension", 2, 3) == 3, random);
}

constexpr GraphParameter rmat_parameters[] = {{"scale", "13", "2^scale vertices"},
                                              {"degree", "8", "edges drawn a vertex"},
                                              {"a", "0.57", "chance of the quadrant low -> low"},
                                              {"b", "0.19", "chance of low -> high"},
                                              {"c", "0.19", "chance of high -> low"},
                                              {"directed", "no", "edges go one way"}};
Graph rmat(const GraphParameters& given, const Random& random) {
  return generate::rmat({.scale = given.whole("scale", 0, 31),
                         .degree = given.real("degree", 0, highest_degree),
                         .a = given.real("a", 0, 1),
                         .b = given.real("b", 0, 1),
                         .c = given.real("c", 0, 1),
                         .directed = given.flag("directed")},
                        random);
}

constexpr GraphParameter small_world_parameters[] = {{"n", "10000", "vertices"},
                                                     {"degree", "10", "neighbors of a vertex, even"},
                                                     {"p", "0.05", "chance that an edge is moved"}};
Graph small_world(const GraphParameters& given, const Random& random) {
  return generate::small_world(given.whole("n", 1, most_vertices), given.whole("degree", 0, most_vertices),
                               given.real("p", 0, 1), random);
}

constexpr GraphParameter barabasi_parameters[] = {{"n", "10000", "vertices"}, {"m", "4", "edges of a new vertex"}};
Graph barabasi(const GraphParameters& given, const Random& random) {
  return generate::barabasi_albert(given.whole("n", 1, most_vertices), given.whole("m", 1, most_vertices), random);
}

constexpr GraphParameter communities_parameters[] = {{"count", "200", "communities"},
                                                     {"size", "50", "vertices of a community"},
                                                     {"inside", "10", "edges of a vertex within, on average"},
                                                     {"outside", "1", "edges of a vertex to anywhere, on average"}};
Graph communities(const GraphParameters& given, const Random& random) {
  return generate::communities(given.whole("count", 1, most_vertices), given.whole("size", 1, most_vertices),
                               given.real("inside", 0, highest_degree), given.real("outside", 0, highest_degree),
                               random);
}

constexpr GraphParameter ring_parameters[] = {{"n", "1000", "vertices"}};
Graph ring(const GraphParameters& given, const Random&) { return generate::ring(given.whole("n", 1, most_vertices)); }

constexpr GraphParameter tree_parameters[] = {{"n", "4095", "vertices"},
                                              {"arity", "2", "children of a vertex; 1: a path"}};
Graph tree(const GraphParameters& given, const Random&) {
  return generate::tree(given.whole("n", 1, most_vertices), given.whole("arity", 1, most_vertices));
}

constexpr GraphGenerator generators[] = {
    {"grid2d", "rectangular mesh, 4 neighbors", grid2d_parameters, grid2d},
    {"grid3d", "box mesh, 6 neighbors", grid3d_parameters, grid3d},
    {"rgg", "random geometric graph: points in a square or cube, joined when near", rgg_parameters, rgg},
    {"rmat", "R-MAT: recursive, skewed degrees", rmat_parameters, rmat},
    {"small_world", "Watts-Strogatz: ring lattice with moved edges", small_world_parameters, small_world},
    {"barabasi", "Barabasi-Albert: preferential attachment", barabasi_parameters, barabasi},
    {"communities", "planted communities", communities_parameters, communities},
    {"ring", "a closed chain", ring_parameters, ring},
    {"tree", "complete tree, numbered level by level", tree_parameters, tree},
};

constexpr std::string_view file_prefix = "file:";
constexpr GraphParameter file_parameters[] = {
    {"format", "auto", "auto, edge_list, metis or matrix_market"},
    {"first_vertex", "0", "0 or 1: number of the first vertex (edge lists)"},
    {"header", "auto", "whether the first line is 'vertices edges' (edge lists): auto, yes or no"},
    {"directed", "auto", "whether edges go one way: auto, yes or no"},
    {"compact", "no", "renumber the vertices that occur (edge lists)"},
    {"diagonal", "no", "diagonal entries are loops (Matrix Market)"}};

std::optional<bool> yes_no_auto(const GraphParameters& given, std::string_view name) {
  const std::string_view value = given.text(name);
  if (value == "auto") return std::nullopt;
  if (value != "yes" && value != "no") given.refuse(name, "auto, yes or no");
  return value == "yes";
}

Graph load_file_with_options(std::string_view text) {
  const auto comma = std::min(text.find(','), text.size());
  const GraphParameters given{text.substr(0, comma), text.substr(std::min(comma + 1, text.size())), file_parameters};
  GraphFileOptions options;
  const std::string_view format = given.text("format");
  if (format == "edge_list") {
    options.format = GraphFormat::edge_list;
  } else if (format == "metis") {
    options.format = GraphFormat::metis;
  } else if (format == "matrix_market") {
    options.format = GraphFormat::matrix_market;
  } else if (format != "auto") {
    given.refuse("format", "auto, edge_list, metis or matrix_market");
  }
  options.first_vertex = given.whole("first_vertex", 0, 1);
  options.header = yes_no_auto(given, "header");
  options.directed = yes_no_auto(given, "directed");
  options.compact = given.flag("compact");
  options.diagonal = given.flag("diagonal");
  return read_graph(text.substr(0, comma), options);
}

std::vector<std::string_view> generator_names() {
  std::vector<std::string_view> names;
  for (const auto& generator : generators) names.push_back(generator.name);
  return names;
}

[[noreturn]] void refuse_unknown(std::string_view file_or_spec, std::string_view name) {
  const auto names = generator_names();
  throw Error{
      fmt::format("{}: no such file, and no generator of graphs is called {}{}; expected a file's name or one of: {}; "
                  "check the name",
                  file_or_spec, in_quotes(name), did_you_mean(name, names), listed(names))};
}

Graph load(std::string_view file_or_spec, std::uint64_t seed) {
  if (file_or_spec.starts_with(file_prefix)) return load_file_with_options(file_or_spec.substr(file_prefix.size()));
  const auto colon = std::min(file_or_spec.find(':'), file_or_spec.size());
  const std::string_view name = file_or_spec.substr(0, colon);
  const auto generator = std::ranges::find(generators, name, &GraphGenerator::name);
  if (generator != std::end(generators)) {
    const GraphParameters given{name, file_or_spec.substr(std::min(colon + 1, file_or_spec.size())),
                                generator->parameters};
    return generator->make(given, Random{mix(seed), 0});
  }
  std::error_code ignored;
  const bool looks_like_file = name.find_first_of("./") != std::string_view::npos;
  if (!looks_like_file && !std::filesystem::exists(file_or_spec, ignored)) refuse_unknown(file_or_spec, name);
  return read_graph(file_or_spec);
}

}  // namespace

std::span<const GraphGenerator> graph_generators() { return generators; }

std::string describe_graph_generators() {
  std::string text;
  for (const auto& generator : generators) {
    text += fmt::format("{}: {}. Parameters:", generator.name, generator.summary);
    for (const auto& parameter : generator.parameters) {
      text += fmt::format(" {}={} ({})", parameter.name, parameter.fallback, parameter.meaning);
    }
    text += '\n';
  }
  return text;
}

Graph load_graph(std::string_view file_or_spec, std::uint64_t seed) {
  const auto out_of_memory = [&] {
    return Error{
        fmt::format("{}: the graph does not fit into memory; expected a smaller one; make it smaller", file_or_spec)};
  };
  try {
    Graph graph = load(file_or_spec, seed);
    graph.validate(file_or_spec);
    return graph;
  } catch (const std::bad_alloc&) {
    throw out_of_memory();
  } catch (const std::length_error&) {
    throw out_of_memory();
  }
}

}  // namespace circo
