#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <circo/graph/generate.hpp>
#include <circo/graph/vertex_limit.hpp>

namespace circo::generate {

namespace {

using Vertex = Graph::Vertex;

/// Points lie on a lattice of 2^30 a side, where squared distances are exact integers: no rounding and no fused
/// multiply-add decides whether two are joined.
constexpr int lattice_bits = 30;
constexpr double lattice_side = std::uint64_t{1} << lattice_bits;
using Point = std::array<std::uint32_t, 3>;  // z = 0 in a square

std::uint64_t squared_distance(const Point& a, const Point& b) {
  std::uint64_t sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto difference = static_cast<std::int64_t>(a[axis]) - static_cast<std::int64_t>(b[axis]);
    sum += static_cast<std::uint64_t>(difference * difference);
  }
  return sum;
}

/// The distance below which two of n points are joined, so that a ball of it holds `degree` others on average.
std::uint64_t lattice_radius(std::uint64_t n, double degree, bool cube) {
  constexpr double all_pairs = 1.75;  // > sqrt(3)
  const double share = degree / (std::numbers::pi * static_cast<double>(n));
  const double radius = cube ? std::cbrt(0.75 * share) : std::sqrt(share);
  return static_cast<std::uint64_t>(std::min(radius, all_pairs) * lattice_side);
}

/// The points sorted into cubic cells no smaller than the radius, and no more cells than points: what is near a point
/// is in its own cell or in one that touches it.
class Cells {
 public:
  Cells(const std::vector<Point>& points, std::uint64_t radius, bool cube)
      : side_{cells_along(points.size(), radius, cube)}, layers_{cube ? side_ : 1} {
    starts_.assign(static_cast<std::size_t>(side_ * side_ * layers_) + 1, 0);
    for (const auto& point : points) ++starts_[cell_of(point) + 1];
    for (std::size_t cell = 1; cell < starts_.size(); ++cell) starts_[cell] += starts_[cell - 1];
    members_.resize(points.size());
    auto place = starts_;
    for (std::size_t i = 0; i < points.size(); ++i) members_[place[cell_of(points[i])]++] = static_cast<Vertex>(i);
  }

  /// Calls visit(vertex) for every point in the cells around `point`.
  template <class Visit>
  void for_each_around(const Point& point, Visit&& visit) const {
    const std::int64_t x = along(point[0]), y = along(point[1]), z = along(point[2]);
    for (auto c = std::max<std::int64_t>(0, z - 1); c <= std::min(layers_ - 1, z + 1); ++c) {
      for (auto b = std::max<std::int64_t>(0, y - 1); b <= std::min(side_ - 1, y + 1); ++b) {
        // Cells of a row are consecutive, and so are their members.
        const auto first = index(std::max<std::int64_t>(0, x - 1), b, c);
        const auto last = index(std::min(side_ - 1, x + 1), b, c);
        for (auto k = starts_[first]; k < starts_[last + 1]; ++k) visit(members_[k]);
      }
    }
  }

 private:
  static std::int64_t cells_along(std::size_t points, std::uint64_t radius, bool cube) {
    const auto n = static_cast<double>(points);
    const double fitting = lattice_side / static_cast<double>(std::max<std::uint64_t>(radius, 1));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(cube ? std::cbrt(n) : std::sqrt(n), fitting)));
  }
  std::int64_t along(std::uint32_t at) const { return static_cast<std::int64_t>(at) * side_ >> lattice_bits; }
  std::size_t index(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return static_cast<std::size_t>((z * side_ + y) * side_ + x);
  }
  std::size_t cell_of(const Point& p) const { return index(along(p[0]), along(p[1]), along(p[2])); }

  std::int64_t side_;
  std::int64_t layers_;
  std::vector<std::uint64_t> starts_;  // [cells + 1]
  std::vector<Vertex> members_;        // [points]
};

}  // namespace

Graph random_geometric(std::uint64_t n, double degree, bool cube, Random random) {
  checked_vertices("rgg", {n});
  if (n == 0) return {};
  const std::uint64_t radius = lattice_radius(n, degree, cube);

  std::vector<Point> points(n, Point{});
  for (auto& point : points) {
    for (std::size_t axis = 0; axis < (cube ? 3 : 2); ++axis) {
      point[axis] = static_cast<std::uint32_t>(random() >> (64 - lattice_bits));
    }
  }

  const Cells cells{points, radius, cube};
  std::vector<Graph::Edge> edges;
  edges.reserve(static_cast<std::size_t>(0.55 * std::min(degree, static_cast<double>(n)) * static_cast<double>(n)));
  for (std::uint64_t i = 0; i < n; ++i) {
    cells.for_each_around(points[i], [&](Vertex other) {
      if (other > i && squared_distance(points[i], points[other]) < radius * radius) {
        edges.push_back({static_cast<Vertex>(i), other});
      }
    });
  }
  return undirected_graph(n, std::move(edges));
}

}  // namespace circo::generate
