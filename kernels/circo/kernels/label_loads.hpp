#pragma once

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/csr.hpp>

namespace circo::kernels {

/// The part of this rank in each label's load: sum of loads_i with labels_i = q.
///
/// labels [n_local or more] in [0, n_labels); loads [n_local] >= 0, relative to the mean load of a label. Returns
/// [n_labels] in fixed point (load_scale of cells.hpp, where the overflow is analysed). Throws NumericalError at a
/// NaN, a load not in [0, 2^20], a label >= n_labels. Local; add over ranks, then loads_from().
std::vector<std::int64_t> label_load_sums(const Chunks& chunks, const ConstLabels& labels, const ConstValues& loads,
                                          std::uint32_t n_labels);

/// From the sums over all ranks. [n_labels]
std::vector<double> loads_from(std::span<const std::int64_t> sums);

/// The part of this rank in sum_i sum_j w_ij [labels_i != labels_j] / total: the remote share, which pushing edges
/// lower. Every edge is seen from both its ends, as it is in total = sum_i sum_j |w_ij|; total 0 gives 0.
///
/// labels [n_total], ghosts included. Returns fixed point (cut_scale): 2^52, while the absolute sum is at most 1.
/// Throws NumericalError at NaN, or if total is too small for the weights. Local; add over ranks.
std::int64_t cut_sum(const Csr& csr, const Chunks& chunks, const ConstLabels& labels, double total);

inline constexpr double cut_scale = 4503599627370496.0;  // 2^52

}  // namespace circo::kernels
