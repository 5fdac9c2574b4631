#pragma once

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/dense.hpp>

namespace circo::kernels {

/// The part of this rank in A_ab = -sum_i m_i (x_ia f_ib + x_ib f_ia) / 2: the Laplacian seen from the D coordinates
/// (Rayleigh-Ritz), whose eigenvalues estimate the lowest D of the graph's.
///
/// x, f [n_local or more][D]; masses m [n_local] sum to 1 over all ranks. Returns the lower triangle, row after row,
/// [D (D + 1) / 2], in fixed point (ritz_scale): 2^43, a resolution of 1e-13. With |x_ia| <= reach = 2^9, as
/// orthonormalise() leaves it, and f = pull(x), |f_ia| <= 2^10, the terms' absolute values sum to 2^19 at most and the
/// integers to 2^62.
/// Chunks are added in float, by short runs of rows: off by at most 2e-6 of the sum of absolute values
/// (row_products.hpp). Throws NumericalError at NaN or a partial sum beyond +-2^19. Local; add over ranks, then
/// ritz_matrix().
std::vector<std::int64_t> ritz_sums(const Chunks& chunks, const ConstValues& masses, const ConstRows& x,
                                    const ConstRows& f);

inline constexpr double ritz_scale = 8796093022208.0;  // 2^43

/// A from the sums over all ranks.
Matrix ritz_matrix(int dimension, std::span<const std::int64_t> sums);

}  // namespace circo::kernels
