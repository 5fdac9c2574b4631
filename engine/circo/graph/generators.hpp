#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <circo/actor/random.hpp>
#include <circo/graph/graph.hpp>
#include <circo/graph/graph_parameters.hpp>

namespace circo {

/// A kind of graph that is made by rule, by name: one entry in the list in generators.cpp.
struct GraphGenerator {
  std::string_view name;
  std::string_view summary;
  std::span<const GraphParameter> parameters;
  Graph (*make)(const GraphParameters&, const Random&);
};

std::span<const GraphGenerator> graph_generators();

/// The generators with their parameters and fallbacks, a line each, for help texts.
std::string describe_graph_generators();

/// The graph that a user names; valid (Graph::validate). Local. `file_or_spec` is one of
/// - a generator's specification: grid2d:100x100, rgg:n=20000,degree=10, rmat:13, ring (see graph_generators);
/// - a file's name, read as read_graph does by default;
/// - file:NAME,key=value: a file, with format=, first_vertex=, header=, directed=, compact=, diagonal= (see
/// GraphFileOptions). A file named like a generator is given as ./ring. The same specification and seed make the same
/// graph everywhere. Throws circo::Error when there is no such file or generator (suggests the nearest), or its
/// parameters or contents are wrong.
Graph load_graph(std::string_view file_or_spec, std::uint64_t seed);

}  // namespace circo
