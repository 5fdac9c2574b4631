#pragma once

#include <cstdint>
#include <vector>

#include <circo/actor/position.hpp>
#include <circo/actor/random.hpp>
#include <circo/kernels/cells.hpp>
#include <circo/kernels/dense.hpp>
#include <circo/kernels/sites.hpp>
#include <circo/space/field.hpp>
#include <circo/space/law.hpp>
#include <circo/space/unfold.hpp>

namespace circo {

/// The actor space inside the infoton step: D coordinates an actor, which the pull of the traffic turns into the lowest
/// eigenvectors of its Laplacian (Koren 2005; heavy ball: Polyak 1964), and schedulers that hold balanced cells in it
/// (von Looz, Tzovas, Meyerhenke 2018). Small things (Ritz values, sites) are kept alike on every rank; what an actor
/// has lies in its arena's column.
class Embedding {
 public:
  static constexpr int dimension = 8;

  /// What an actor has. `placed` 0: not in the space yet.
  struct Point {
    std::array<float, dimension> x, v;
    std::uint32_t placed;
  };

  Embedding(Rank& rank, const Law& law, std::uint64_t seed);

  /// *Collective.* Reads the actors' points for the sweeps of an epoch. Actors that are new get a random place at
  /// first, later the origin, from where their partners pull them.
  void begin(const Field& field);
  /// *Collective.* One sweep: actors move, then schedulers.
  void sweep(const Field& field);
  /// Writes points back, and the 3 first coordinates, in units of commute time, as positions. Local.
  void end(const Field& field);

  /// What is kept alike on every rank, for a checkpoint. Local.
  void save(Bytes& out) const;
  void load(ByteReader& in);

  /// The scheduler whose cell each actor is in, after a sweep. [rows]
  const kernels::Labels& cells() const { return cells_; }
  /// Ritz values, ascending: estimates of the lowest eigenvalues of the traffic's normalised Laplacian.
  const std::vector<double>& ritz() const { return ritz_; }

 private:
  void move_actors(const Field& field);
  /// *Collective.* Adds a rank's sums.
  auto over_ranks() const {
    return [this](std::span<std::int64_t> sums) { rank_.world().sum(sums); };
  }
  /// *Collective.* Returns the load of the heaviest cell, of which the mean is 1.
  double move_sites(const Field& field);
  /// *Collective.* Puts each site on an actor drawn at random.
  void seed_sites(const Field& field);
  /// *Collective.* The coordinates of an actor drawn at random from a cell.
  std::array<float, dimension> draw_from(const Field& field, std::uint32_t cell);

  Rank& rank_;
  Law law_;
  Random random_;  // the same on every rank
  std::vector<Column<Point>> columns_;
  Motion motion_;
  kernels::Labels cells_;
  std::vector<double> ritz_;
  kernels::Sites sites_;
  std::uint64_t sweeps_ = 0;
};

}  // namespace circo
