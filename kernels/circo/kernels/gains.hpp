#pragma once

#include <span>

#include <circo/kernels/csr.hpp>
#include <circo/kernels/traffic_workspace.hpp>

namespace circo::kernels {

/// What all ranks know alike about the labels (schedulers), P of each, on the host.
struct LabelState {
  std::span<const double> loads;            ///< relative to their mean
  std::span<const float> prices;            ///< see prices.hpp
  std::span<const std::uint32_t> order;     ///< random numbers, one a label, new in each sweep
  std::span<const std::uint32_t> lightest;  ///< the few labels with the least load, where the overloaded may send
};

struct GainsRule {
  double cap = 1.04;         ///< a label's load may not grow beyond it; one that has more may send anywhere
  float noise = 0;           ///< amplitude of the annealing noise on each gain
  float hysteresis = 0;      ///< a gain must be greater
  float quantum = 0;         ///< traffic that one infoton stands for: gains must be greater than its noise, too
  bool upward = false;       ///< in this sweep actors move to labels of higher order, else of lower
  std::uint64_t stream = 0;  ///< of random numbers: one a sweep (and seed, and labelling)
};

/// Each actor's best move, as it sees it (after Fiduccia and Mattheyses, 1982, with prices for balance).
struct Proposals {
  Labels targets;  ///< [n_local], no_label if the actor stays
  Values gains;    ///< [n_local], 0 if it stays
};

/// For actor i of label r, T_i(q) = traffic with actors of label q and d_i = sum_j |w_ij|, the target q with the
/// greatest gain G(q) = (T_i(q) - T_i(r)) / d_i + w_i (price_r - price_q) + noise u(i, q), of equals the lowest q,
/// over the labels of i's partners for which
///   load_q + load_i <= cap, and the move goes the sweep's one way (so neighbors do not swap) or load_r > cap;
/// proposed if G > hysteresis + sqrt(quantum / d_i), the standard deviation of a share that was counted in d_i /
/// quantum infotons, at most. An actor with all its traffic inside r stays, unless load_r > cap: then one of the
/// lightest labels, drawn at random, is a candidate as well. An actor without traffic moves only so, with T = 0.
/// u(i, q) in [-1, 1) depends on stream, id and q alone.
///
/// labels [n_total] in [0, P), loads [n_local] relative to the mean of a label, weights [n_local] w_i as of
/// price_weights(), ids [n_local] unique over all ranks;
/// out [n_local] is allocated if it has another size. The work is O(degree) an actor, whatever P is: T_i lives in an
/// open-addressing table in the actor's slice of the workspace. Throws NumericalError at NaN among weights or prices
/// and at a label >= P, std::invalid_argument at shapes that do not fit. Local.
void propose_moves(const Csr& csr, const ConstLabels& labels, const ConstValues& loads, const ConstValues& weights,
                   const ConstIds& ids, const LabelState& state, const GainsRule& rule, TrafficWorkspace& workspace,
                   Proposals& out);

}  // namespace circo::kernels
