#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <circo/actor/random.hpp>
#include <circo/kernels/gains.hpp>
#include <circo/space/field.hpp>
#include <circo/space/levels.hpp>

namespace circo {

/// A proposal which scheduler each actor should belong to, and what each scheduler charges for its overload.
struct Labelling {
  kernels::Labels labels;         ///< [rows_with_ghosts], this rank's
  std::vector<float> surcharges;  ///< [S], the same on every rank
  double imbalance = 0;           ///< largest / mean load, as of the last `measure`
  double cut = 0;                 ///< what traffic between schedulers costs / all traffic, as of the last `measure`
};

/// *Collective.* Brings the ghosts' labels, imbalance and cut of labellings up to date; the cut is that of the last
/// epoch's traffic, if there was any.
void measure(Rank& rank, const Field& field, const Levels& levels, std::span<Labelling* const> labellings);

/// How one labelling is refined in a sweep.
struct Refinement {
  Labelling* labelling;
  float noise;       ///< of the gains, for annealing
  float hysteresis;  ///< a move must gain more
  float quantum;     ///< traffic that one infoton stands for, whose noise a move must gain more than; 0: no matter
};

/// *Collective.* One sweep of refinement of each labelling: actors at the border of a label ask to go over; the label
/// they would leave lets go what it can, the one they would enter takes them in the order of gain while it has room
/// (after Fiduccia and Mattheyses 1982). Ghosts are brought up to date first. `random` is the same on every rank.
void refine(Rank& rank, const Field& field, std::span<const Refinement> refinements,
            kernels::TrafficWorkspace& workspace, Random& random);

/// *Collective.* Share of the actors whose labels differ.
double differing_share(Rank& rank, const Field& field, const Labelling& a, const Labelling& b);

/// *Collective.* Renames the labels so that they agree with those of `other` for as many actors as a greedy choice
/// finds; then, where the machine's levels matter, so that those that talk most are near each other, if that is worth
/// the moves.
void match(Rank& rank, const Field& field, const Levels& levels, Labelling& labelling, const Labelling& other);

}  // namespace circo
