#pragma once

#include <span>
#include <vector>

#include <circo/kernels/gains.hpp>

namespace circo::kernels {

/// An actor's wish to change its label. Plain bytes, so it can travel over MPI.
struct Request {
  std::uint64_t id = 0;  ///< of the actor, unique over all ranks
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  float gain = 0;
  float load = 0;   ///< of the actor, relative to the mean load of a label
  float price = 0;  ///< what the source charges it, which is part of the gain
};

/// The proposals of the local actors as requests, in the order of rows. ids, loads, weights, labels [n_local or more],
/// prices [P].
std::vector<Request> requests_of(const Proposals& proposals, const ConstIds& ids, const ConstValues& loads,
                                 const ConstValues& weights, const ConstLabels& labels, std::span<const float> prices);

struct OutflowRule {
  double floor = 0.97;  ///< of the relative load: under it nobody leaves for balance alone
};

/// The source's side. A gain below the price that its source charges exists only for balance; of such moves, in order
/// of gain, only those are kept that begin while the source's load, less what leaves before, is at least the floor.
///
/// requests: all requests of each source in it, from all ranks, in any order; loads [P]. Returns what is kept,
/// by source, then gain descending, then id. Throws NumericalError at NaN. Local.
std::vector<Request> limit_outflow(std::vector<Request> requests, std::span<const double> loads,
                                   const OutflowRule& rule = {});

/// The target's side: requests are granted in order of gain while the target's load stays <= cap, so that hubs cannot
/// overshoot; one that does not fit is passed over.
///
/// requests: all requests for each target in it, from all ranks, in any order; loads [P]. Returns what is granted, by
/// target, then gain descending, then id. Throws NumericalError at NaN. Local.
std::vector<Request> grant(std::vector<Request> requests, std::span<const double> loads, double cap);

}  // namespace circo::kernels
