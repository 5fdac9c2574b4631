#pragma once

#include <span>

#include <circo/kernels/views.hpp>

namespace circo::kernels {

struct HeavyBall {
  float alpha = 0.5f;  ///< of the force, a part of it that is taken in a sweep
  float beta = 0;      ///< of the velocity that is kept
  float bound = 4;     ///< |x_a| <= bound: without it a tiny component of the graph captures a dimension
};

/// The heavy ball (Polyak, 1964) that damps the modes between the D-th Ritz value and the largest eigenvalue best:
/// mu = min(1, rho_D), L = 2.05 (a normalised Laplacian's eigenvalues are <= 2), s = sqrt(L) + sqrt(mu),
/// alpha = 4 / s^2, beta = ((sqrt(L) - sqrt(mu)) / s)^2. rho: Ritz values, ascending; values below 1e-9 count as 1e-9.
/// Throws NumericalError at NaN.
HeavyBall tuned_heavy_ball(std::span<const double> rho);

/// v <- beta v + alpha f; x <- x + v; where |x_a| > bound: x_a <- +-bound and v_a <- 0.
///
/// x, v [n_local or more][D] (ghosts are left), f [n_local][D]. NaN passes through; moment_sums() finds it. Throws
/// NumericalError unless alpha and beta are finite and 0 < bound <= reach. Local.
void heavy_ball(const HeavyBall& ball, const ConstRows& f, const Rows& x, const Rows& v);

}  // namespace circo::kernels
