#pragma once

#include <span>
#include <vector>

#include <circo/kernels/cells.hpp>
#include <circo/kernels/dense.hpp>

namespace circo::kernels {

/// Schedulers in the space: O(P) state that every rank keeps alike, on the host. A site holds the weighted cell of
/// points for which influence |y - position|^2 is the least (von Looz, Tzovas, Meyerhenke, "Balanced k-means for
/// parallel geometric partitioning", ICPP 2018): the greater its influence, the smaller the cell.
struct Sites {
  int dimension = 0;
  std::vector<float> positions;   ///< [P][dimension], in the units of the actors' coordinates
  std::vector<float> influences;  ///< [P], > 0

  std::size_t size() const { return influences.size(); }
  std::span<float> position(std::size_t r) { return std::span(positions).subspan(r * dimension, dimension); }
};

struct SiteRule {
  /// Part of the way to the centroid that a site goes in a sweep. Loads must even out faster than sites move, or cells
  /// of a space that is nearly one line swing for ever: at 0.7, with an exponent of 1/4, to loads of twice the mean.
  double follow = 0.3;
  double exponent = 0.5;       ///< of the relative load, in the factor that influence changes by
  double least_change = 0.25;  ///< bounds of the relative load in that factor
  double greatest_change = 4;
  double starved = 0.1;  ///< relative load under which a site is to jump
};

/// One Lloyd step: I_r *= clip(load_r)^exponent, their geometric mean kept at 1; p_r <- (1 - follow) p_r + follow
/// centroid_r. Loads are relative to their mean. Returns the starved sites, ascending, which got the influence of the
/// heaviest cell and for which the caller picks a place: the position of an actor of that cell. A cell without load
/// has no centroid, so its site stays even if `starved` is 0. Throws NumericalError at NaN.
std::vector<std::uint32_t> move_sites(Sites& sites, const Cells& cells, const SiteRule& rule = {});

/// p_r <- Q p_r: sites turn with the actors.
void rotate(const Matrix& q, Sites& sites);

/// The scale of each dimension in which distances are commute times: sqrt(rho_1 / rho_a) for Ritz values that ascend;
/// values below 1e-9 count as 1e-9.
std::vector<float> commute_scale(std::span<const double> rho);

}  // namespace circo::kernels
