#pragma once

#include <span>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/csr.hpp>
#include <circo/kernels/traffic_workspace.hpp>

namespace circo::kernels {

/// How much an actor belongs to each label: the shares of the few that it is drawn to most, greatest first, which sum
/// to
/// 1. Slots that are not used hold no_label and 0. Plain bytes, so it can travel over MPI.
struct SoftLabel {
  static constexpr int slots = 4;
  std::uint32_t labels[slots];
  float shares[slots];
};
using SoftLabels = Array<SoftLabel>;
using ConstSoftLabels = Array<const SoftLabel>;

/// Each label with share 1. Local.
SoftLabels soften(const ConstLabels& labels);
/// The label of the greatest share, for the first rows of `labels`. Local.
void harden(const ConstSoftLabels& soft, const Labels& labels);

struct MeanFieldRule {
  float sharpness = 4;  ///< inverse temperature: how much more traffic with a label adds to its share
  float follow = 1;     ///< part of the way to the new shares that an actor goes in a sweep
};

/// One sweep of the mean field of a Potts model (Peterson and Soderberg 1989; for mapping: Bultan and Aykanat, "A new
/// mapping heuristic based on mean field annealing", 1992). With u_j(q) the share of label q at actor j,
///
///   T_i(q) = sum_j w_ij u_j(q),   e_i(q) = exp(sharpness T_i(q) / d_i - w_i price_q),   d_i = sum_j |w_ij|
///   u_i(q) <- (1 - follow) u_i(q) + follow e_i(q) / sum_q e_i(q)
///
/// over the labels that i or its partners have a share in; the greatest few are kept, shares under 1/1000 dropped, and
/// the rest scaled to sum to 1. Borders between labels become some actors wide, so they move and shorten where single
/// moves gain nothing. An actor without traffic, or whose partners are all of its own label, stays as it is. Where an
/// actor's partners have more labels than two an edge and 16, later ones are left out.
///
/// now [n_total], weights [n_local] w_i as of price_weights(), prices [P]; next [n_total], of which [n_local] are
/// written. Throws NumericalError at NaN among weights or prices and at a label >= P, std::invalid_argument at shapes
/// that do not fit. Local.
void mean_field(const Csr& csr, const ConstSoftLabels& now, const ConstValues& weights, std::span<const float> prices,
                const MeanFieldRule& rule, TrafficWorkspace& workspace, const SoftLabels& next);

/// The part of this rank in each label's load: sum of loads_i u_i(q), in fixed point as label_load_sums(), with its
/// errors. [n_labels] Local; add over ranks, then loads_from().
std::vector<std::int64_t> soft_load_sums(const Chunks& chunks, const ConstSoftLabels& soft, const ConstValues& loads,
                                         std::uint32_t n_labels);

}  // namespace circo::kernels
