#pragma once

#include <span>

#include <circo/kernels/chunks.hpp>

namespace circo::kernels {

/// The part of this rank in each cell's sums: load, load x_a for each dimension, and number of actors.
///
/// owners [n_local] in [0, n_cells); loads [n_local] >= 0, relative to the mean load of a scheduler, so that they sum
/// to P over all ranks; x [n_local or more][D]. Returns [n_cells][D + 2] fixed-point numbers (load_scale, lever_scale,
/// counts as they are). Each term is rounded by itself: 2^40 for a load, so a thousand-millionth of a scheduler's load
/// has an error of 5e-4 and P = 2^20 schedulers' sum is 2^60; 2^32 for load times coordinate, where coordinates beyond
/// +-reach count as +-reach: at most 2^20 * 2^9 * 2^32 = 2^61.
/// Throws NumericalError at a NaN, an infinity, a negative load or one beyond 2^20, an owner >= n_cells.
/// Local; add over ranks, then cells_from().
std::vector<std::int64_t> cell_sums(const Chunks& chunks, const ConstLabels& owners, const ConstValues& loads,
                                    const ConstRows& x, std::uint32_t n_cells);

inline constexpr double load_scale = 1099511627776.0;  // 2^40
inline constexpr double lever_scale = 4294967296.0;    // 2^32
/// Of an actor, in mean loads of a scheduler or a label.
inline constexpr float largest_load = 1048576.0f;  // 2^20

struct Cells {
  int dimension = 0;
  std::vector<double> loads;         ///< [n_cells], relative to the mean
  std::vector<double> centroids;     ///< [n_cells][dimension], weighted by load; 0 where there is no load
  std::vector<std::int64_t> counts;  ///< [n_cells]

  std::span<const double> centroid(std::size_t r) const {
    return std::span(centroids).subspan(r * dimension, dimension);
  }
};

/// From the sums over all ranks.
Cells cells_from(int dimension, std::span<const std::int64_t> sums);

}  // namespace circo::kernels
