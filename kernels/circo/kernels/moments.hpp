#pragma once

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/dense.hpp>

namespace circo::kernels {

/// The part of this rank in sum_i m_i x_ia and sum_i m_i x_ia x_ib.
///
/// x [n_local or more][D]; masses m [n_local] sum to 1 over all ranks. Returns the D means, then the lower triangle of
/// the second moments, row after row, [D + D (D + 1) / 2], in fixed point (moment_scale): 2^44, a resolution of 6e-14.
/// With |x_ia| <= reach = 2^9, as heavy_ball() leaves it, the terms' absolute values sum to 2^18 at most and the
/// integers to 2^62.
/// Chunks are added in float, by short runs of rows: off by at most 2e-6 of the sum of absolute values
/// (row_products.hpp). Throws NumericalError at NaN or a partial sum beyond +-2^18. Local; add over ranks, then
/// moments_from().
std::vector<std::int64_t> moment_sums(const Chunks& chunks, const ConstValues& masses, const ConstRows& x);

inline constexpr double moment_scale = 17592186044416.0;  // 2^44

struct Moments {
  std::array<double, max_dimension> mean{};
  Matrix covariance;  ///< centered Gram matrix, sum_i m_i (x_i - mean)(x_i - mean)^T
};

/// From the sums over all ranks.
Moments moments_from(int dimension, std::span<const std::int64_t> sums);

}  // namespace circo::kernels
