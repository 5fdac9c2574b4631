#pragma once

#include <circo/kernels/csr.hpp>

namespace circo::kernels {

/// The linear pull: f_i = sum_j w_ij (x_j - x_i) / d_i, zero where d_i = 0.
///
/// x + f is one step of a random walk on the traffic graph; repeated and kept orthonormal it converges to the lowest
/// eigenvectors of the graph's Laplacian (Koren, "Drawing graphs by eigenvectors", 2005). With w symmetric and
/// d_i = sum_j |w_ij|, f is at most twice as long as x in the norm weighted by d.
/// x [n_total][D] with ghosts, degrees [n_local], f [n_local][D]. NaN passes through, maybe to rows
/// nearby as well; the sums that follow find it. Local.
void pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, const Rows& f);

/// The constant pull: f_i = sum_j w_ij (x_j - x_i) / (|x_j - x_i| + softening) / d_i, zero where d_i = 0.
///
/// A partner pulls equally hard from any distance (the attraction of LinLog: Noack, "Energy models for graph
/// clustering", 2007); softening > 0, in units of x, makes the force continuous at zero distance, and zero there.
/// |f_i| <= 1. Shapes as in pull(). Throws NumericalError unless softening is > 0. Local.
void unit_pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, float softening, const Rows& f);

}  // namespace circo::kernels
