#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <circo/error.hpp>
#include <circo/graph/generate.hpp>
#include <circo/graph/vertex_limit.hpp>

namespace circo::generate {

namespace {

using Vertex = Graph::Vertex;

std::uint64_t pair_key(std::uint64_t u, std::uint64_t v) { return std::min(u, v) << 32 | std::max(u, v); }

/// floor(mean) or one more, so that the expectation is `mean`.
std::uint64_t round_by_chance(double mean, Random& random) {
  const double whole = std::floor(mean);
  return static_cast<std::uint64_t>(whole) + (random.uniform() < mean - whole ? 1 : 0);
}

}  // namespace

Graph rmat(const Rmat& shape, Random random) {
  if (shape.scale > 31 || shape.a + shape.b + shape.c > 1 + 1e-12) {
    throw Error{"rmat: expected scale up to 31 and chances a + b + c of at most 1; make them smaller"};
  }
  const std::uint64_t n = std::uint64_t{1} << shape.scale;
  const auto drawn = static_cast<std::uint64_t>(shape.degree * static_cast<double>(n));
  const double to_b = shape.a + shape.b, to_c = to_b + shape.c;
  std::vector<Graph::Edge> edges;
  edges.reserve(drawn);
  for (std::uint64_t k = 0; k < drawn; ++k) {
    std::uint64_t from = 0, to = 0;
    for (std::uint64_t level = 0; level < shape.scale; ++level) {
      const double u = random.uniform();
      const int quadrant = u < shape.a ? 0 : u < to_b ? 1 : u < to_c ? 2 : 3;
      from = 2 * from + static_cast<std::uint64_t>(quadrant >> 1);
      to = 2 * to + static_cast<std::uint64_t>(quadrant & 1);
    }
    edges.push_back({static_cast<Vertex>(from), static_cast<Vertex>(to)});
  }
  return simplified(shape.directed ? directed_graph(n, std::move(edges)) : undirected_graph(n, std::move(edges)));
}

Graph small_world(std::uint64_t n, std::uint64_t degree, double p, Random random) {
  checked_vertices("small_world", {n});
  if (degree % 2 != 0 || degree >= std::max<std::uint64_t>(n, 1)) {
    throw Error{"small_world: expected an even degree below n; change degree or n"};
  }
  std::vector<Graph::Edge> edges;
  std::unordered_set<std::uint64_t> joined;
  edges.reserve(n * degree / 2);
  joined.reserve(n * degree / 2);
  std::vector<std::uint64_t> degrees(n, degree);
  for (std::uint64_t step = 1; step <= degree / 2; ++step) {
    for (std::uint64_t i = 0; i < n; ++i) {
      edges.push_back({static_cast<Vertex>(i), static_cast<Vertex>((i + step) % n)});
      joined.insert(pair_key(i, (i + step) % n));
    }
  }
  for (auto& [from, to] : edges) {
    if (!(random.uniform() < p) || degrees[from] == n - 1) continue;  // one joined to all has nowhere to go
    std::uint64_t end = random.below(n);
    while (end == from || joined.contains(pair_key(from, end))) end = random.below(n);
    joined.erase(pair_key(from, to));
    joined.insert(pair_key(from, end));
    --degrees[to];
    ++degrees[end];
    to = static_cast<Vertex>(end);
  }
  return undirected_graph(n, std::move(edges));
}

Graph barabasi_albert(std::uint64_t n, std::uint64_t m, Random random) {
  checked_vertices("barabasi", {n});
  if (m < 1 || m >= std::max<std::uint64_t>(n, 1)) throw Error{"barabasi: expected m from 1 to n - 1; change m or n"};
  std::vector<Graph::Edge> edges;
  std::vector<Vertex> ends;  // every vertex as often as it has edges: a uniform draw is a preferential one
  edges.reserve(n * m);
  ends.reserve(2 * n * m);
  const auto join = [&](Vertex u, Vertex v) {
    edges.push_back({u, v});
    ends.insert(ends.end(), {u, v});
  };
  for (std::uint64_t leaf = 1; leaf <= m; ++leaf) join(0, static_cast<Vertex>(leaf));
  std::vector<Vertex> chosen;
  for (std::uint64_t i = m + 1; i < n; ++i) {
    chosen.clear();
    while (chosen.size() < m) {
      const Vertex end = ends[random.below(ends.size())];
      if (std::ranges::find(chosen, end) == chosen.end()) chosen.push_back(end);
    }
    for (const Vertex end : chosen) join(static_cast<Vertex>(i), end);
  }
  return undirected_graph(n, std::move(edges));
}

Graph communities(std::uint64_t count, std::uint64_t size, double inside, double outside, Random random) {
  const std::uint64_t n = checked_vertices("communities", {count, size});
  std::vector<Graph::Edge> edges;
  edges.reserve(static_cast<std::size_t>(0.55 * (inside + outside) * static_cast<double>(n)));
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t start = i / size * size;
    for (auto left = round_by_chance(inside / 2, random); left > 0; --left) {
      edges.push_back({static_cast<Vertex>(i), static_cast<Vertex>(start + random.below(size))});
    }
    for (auto left = round_by_chance(outside / 2, random); left > 0; --left) {
      edges.push_back({static_cast<Vertex>(i), static_cast<Vertex>(random.below(n))});
    }
  }
  return simplified(undirected_graph(n, std::move(edges)));
}

}  // namespace circo::generate
