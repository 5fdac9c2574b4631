#include <algorithm>
#include <cmath>
#include <numeric>

#include <circo/kernels/error.hpp>
#include <circo/kernels/site_blocks.hpp>

namespace circo::kernels::detail {
namespace {

constexpr float far_away = 1e18f;  // its square is finite

struct Points {
  std::size_t dimension;
  std::vector<float> coordinates;

  float at(std::uint32_t r, std::size_t a) const { return coordinates[r * dimension + a]; }
};

Points scaled(const Sites& sites, std::span<const float> scale) {
  Points points{static_cast<std::size_t>(sites.dimension), sites.positions};
  for (std::size_t k = 0; k < points.coordinates.size(); ++k) {
    points.coordinates[k] *= scale[k % points.dimension];
    if (!std::isfinite(points.coordinates[k])) {
      throw NumericalError("nearest_site: the position of scheduler " + std::to_string(k / points.dimension) +
                           ", scaled, is NaN or infinite");
    }
  }
  return points;
}

std::size_t widest_dimension(const Points& points, std::span<const std::uint32_t> order) {
  std::size_t widest = 0;
  float greatest = -1;
  for (std::size_t a = 0; a < points.dimension; ++a) {
    const auto [least, most] = std::ranges::minmax(order, {}, [&](std::uint32_t r) { return points.at(r, a); });
    const float extent = points.at(most, a) - points.at(least, a);
    if (extent > greatest) {
      greatest = extent;
      widest = a;
    }
  }
  return widest;
}

/// Halves the sites (at a multiple of the block width) along the widest dimension until a block is left.
void sort_by_space(const Points& points, std::span<std::uint32_t> order) {
  if (order.size() <= lanes) return;
  const std::size_t n_blocks = (order.size() + lanes - 1) / lanes;
  const std::size_t half = n_blocks / 2 * lanes;
  const std::size_t a = widest_dimension(points, order);
  std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(half), {},
                           [&](std::uint32_t r) { return points.at(r, a); });
  sort_by_space(points, order.first(half));
  sort_by_space(points, order.subspan(half));
}

/// The boxes of the blocks of packed sites, packed in groups in turn.
void pack_groups(std::span<const float> coordinates, std::span<const float> influences,
                 std::span<const std::uint32_t> names, std::size_t dimension, SiteBlocks& result) {
  result.n_groups = (result.n_blocks + lanes - 1) / lanes;
  const std::size_t slots = std::size_t{result.n_groups} * lanes;
  std::vector<float> lows(slots * dimension, far_away), highs = lows;
  std::vector<float> least(slots, 1);
  for (std::size_t block = 0; block < result.n_blocks; ++block) {
    // An empty lane is at the end of the last block; the first lane is never empty.
    const auto used = static_cast<std::size_t>(std::ranges::find(names.subspan(block * lanes, lanes), no_label) -
                                               names.subspan(block * lanes, lanes).begin());
    for (std::size_t a = 0; a < dimension; ++a) {
      const auto side = coordinates.subspan((block * dimension + a) * lanes, used);
      const auto place = (block / lanes * dimension + a) * lanes + block % lanes;
      lows[place] = std::ranges::min(side);
      highs[place] = std::ranges::max(side);
    }
    least[block] = std::ranges::min(influences.subspan(block * lanes, used));
  }
  result.lows = to_device(lows);
  result.highs = to_device(highs);
  result.least_influences = to_device(least);
}

}  // namespace

SiteBlocks pack(const Sites& sites, std::span<const float> scale) {
  for (const float influence : sites.influences) {
    if (influence > 0 && std::isfinite(influence)) continue;
    throw NumericalError("nearest_site: the influence of a scheduler is " + std::to_string(influence) +
                         ", expected a finite value > 0");
  }
  const Points points = scaled(sites, scale);
  std::vector<std::uint32_t> order(sites.size());
  std::iota(order.begin(), order.end(), 0u);
  sort_by_space(points, order);

  const std::size_t n_blocks = (order.size() + lanes - 1) / lanes;
  std::vector<float> coordinates(n_blocks * points.dimension * lanes, far_away);
  std::vector<float> influences(n_blocks * lanes, 1);
  std::vector<std::uint32_t> names(n_blocks * lanes, no_label);
  for (std::size_t k = 0; k < order.size(); ++k) {
    for (std::size_t a = 0; a < points.dimension; ++a) {
      coordinates[(k / lanes * points.dimension + a) * lanes + k % lanes] = points.at(order[k], a);
    }
    influences[k] = sites.influences[order[k]];
    names[k] = order[k];
  }
  SiteBlocks result;
  result.n_blocks = static_cast<std::uint32_t>(n_blocks);
  result.coordinates = to_device(coordinates);
  result.influences = to_device(influences);
  result.names = to_device(names);
  pack_groups(coordinates, influences, names, points.dimension, result);
  return result;
}

}  // namespace circo::kernels::detail
