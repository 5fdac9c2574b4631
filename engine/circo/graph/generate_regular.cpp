#include <algorithm>
#include <array>

#include <circo/graph/generate.hpp>
#include <circo/graph/vertex_limit.hpp>

namespace circo::generate {

namespace {

using Vertex = Graph::Vertex;

/// A box of sides[0] x sides[1] x sides[2] vertices; joins those that differ by 1 along one axis.
Graph box(std::string_view name, const std::array<std::uint64_t, 3>& sides, bool periodic) {
  const std::uint64_t n = checked_vertices(name, {sides[0], sides[1], sides[2]});
  std::vector<Graph::Edge> edges;
  edges.reserve(n * static_cast<std::uint64_t>(std::ranges::count_if(sides, [](auto side) { return side > 1; })));
  std::uint64_t stride = 1;
  for (const std::uint64_t side : sides) {
    for (std::uint64_t v = 0; v < n; ++v) {
      const std::uint64_t place = v / stride % side;
      if (place + 1 < side) edges.push_back({static_cast<Vertex>(v), static_cast<Vertex>(v + stride)});
      // Two vertices are neighbors already; joining them again would double the edge.
      if (periodic && place == 0 && side > 2) {
        edges.push_back({static_cast<Vertex>(v), static_cast<Vertex>(v + (side - 1) * stride)});
      }
    }
    stride *= side;
  }
  return undirected_graph(n, std::move(edges));
}

}  // namespace

Graph grid2d(std::uint64_t width, std::uint64_t height, bool periodic) {
  return box("grid2d", {width, height, 1}, periodic);
}

Graph grid3d(std::uint64_t width, std::uint64_t height, std::uint64_t depth, bool periodic) {
  return box("grid3d", {width, height, depth}, periodic);
}

Graph ring(std::uint64_t n) { return box("ring", {n, 1, 1}, true); }

Graph tree(std::uint64_t n, std::uint64_t arity) {
  checked_vertices("tree", {n});
  std::vector<Graph::Edge> edges;
  edges.reserve(n);
  for (std::uint64_t i = 1; i < n; ++i) edges.push_back({static_cast<Vertex>((i - 1) / arity), static_cast<Vertex>(i)});
  return undirected_graph(n, std::move(edges));
}

}  // namespace circo::generate
