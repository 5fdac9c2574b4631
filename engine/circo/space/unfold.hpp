#pragma once

#include <circo/kernels/heavy_ball.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/rotate.hpp>

namespace circo {

/// Coordinates of a graph's vertices, their velocities, and the pull of neighbors. [rows or more][D]
struct Motion {
  kernels::Rows x, v, f;
  int dimension() const { return static_cast<int>(f.extent(1)); }
};

/// Makes the coordinates have mean 0 and covariance 1. `sum` adds a rank's sums over those that share the graph.
template <class Sum>
void orthonormalise(const kernels::Chunks& chunks, const kernels::ConstValues& masses, const Motion& motion,
                    Sum&& sum) {
  auto sums = kernels::moment_sums(chunks, masses, motion.x);
  sum(sums);
  kernels::orthonormalise(kernels::moments_from(motion.dimension(), sums), chunks.n_rows(), motion.x, motion.v);
}

/// A sweep in which vertices follow the pull f that was found for them, and coordinates come nearer to the lowest
/// eigenvectors of the graph's Laplacian (Koren 2005): turned to Ritz vectors, moved by the heavy ball that they ask
/// for (Polyak 1964), and made orthonormal. Returns the Ritz values and the turn.
template <class Sum>
kernels::Eigen unfold(const kernels::Chunks& chunks, const kernels::ConstValues& masses, const Motion& motion,
                      Sum&& sum) {
  auto sums = kernels::ritz_sums(chunks, masses, motion.x, motion.f);
  sum(sums);
  const auto eigen = kernels::symmetric_eigen(kernels::ritz_matrix(motion.dimension(), sums));
  kernels::rotate(eigen.vectors, motion.x, motion.v, motion.f);
  const auto ritz = std::span{eigen.values}.first(static_cast<std::size_t>(motion.dimension()));
  kernels::heavy_ball(kernels::tuned_heavy_ball(ritz), motion.f, motion.x, motion.v);
  orthonormalise(chunks, masses, motion, sum);
  return eigen;
}

}  // namespace circo
