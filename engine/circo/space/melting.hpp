#pragma once

#include <vector>

#include <circo/defaults.hpp>
#include <circo/kernels/mean_field.hpp>
#include <circo/space/field.hpp>
#include <circo/space/labelling.hpp>

namespace circo {

/// A labelling whose borders are molten: each actor belongs in shares to the labels around it, which take one another's
/// place as in a Potts model at a temperature, at prices that keep loads even. Borders some actors wide move and
/// shorten where single moves gain nothing; frozen again they make a better labelling to refine.
class Melting {
 public:
  explicit Melting(Rank& rank);

  /// Reads the actors' shares for the sweeps of an epoch.
  void begin(const Field& field);
  /// Melts a labelling, at the temperature 1/`sharpness`, from which it cools in the sweeps that follow.
  void melt(const Labelling& labelling, float sharpness);
  /// *Collective.* One sweep.
  void sweep(const Field& field, kernels::TrafficWorkspace& workspace);
  /// Each actor takes the label that it has most of.
  void freeze(Labelling& labelling);
  /// Keeps the shares with the actors. Local.
  void end(const Field& field);

  // For checkpoints: what is the same on every rank; the shares go with the actors.
  void save(Bytes& out) const;
  void load(ByteReader& in);

  bool molten() const { return molten_; }
  /// Molten for long enough.
  bool cold() const { return age_ >= defaults::molten_sweeps; }

 private:
  Rank& rank_;
  std::vector<Column<kernels::SoftLabel>> columns_;
  kernels::SoftLabels now_, next_;
  std::vector<float> prices_;  // [S], the same on every rank
  float sharpness_ = 0;        // at first; it grows
  int age_ = 0;                // sweeps since it was molten
  bool molten_ = false;
};

}  // namespace circo
