#pragma once

#include <circo/kernels/moments.hpp>

namespace circo::kernels {

/// x_i <- L^-1 (x_i - mean), v_i <- L^-1 v_i, with L the Cholesky factor of the covariance: after it, the coordinates
/// have mean 0 and covariance 1 in the masses that the moments were taken with, and the velocities fit to them.
///
/// x, v [n_local or more][D]: the first n_local rows are changed. A collapsed dimension stays as it is, see
/// cholesky(). Actors with hardly any mass could be thrown out far where dimensions depend on each other, so both x
/// and v end within +-reach. Throws NumericalError at NaN in the moments. Local.
void orthonormalise(const Moments& moments, Index n_local, const Rows& x, const Rows& v);

}  // namespace circo::kernels
