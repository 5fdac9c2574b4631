#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/csr.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/traffic.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// What the kernels see of a rank during an epoch's infoton step: its actors, scheduler after scheduler, row after row,
/// as one range of rows; behind them a ghost for each partner that lives on another rank; and the traffic as a sparse
/// matrix over both.
class Field {
 public:
  /// *Collective.*
  Field(Rank& rank, const Traffic& traffic, const Loads& loads);

  /// The field row of row 0 of local scheduler i. [n_schedulers + 1]
  static std::vector<kernels::Index> row_offsets(const Rank& rank);

  kernels::Index rows() const { return rows_; }
  kernels::Index rows_with_ghosts() const { return rows_ + ghosts_; }
  std::span<const kernels::Index> offsets() const { return offsets_; }
  const kernels::Chunks& chunks() const { return chunks_; }
  const kernels::Csr& csr() const { return csr_; }
  /// Addresses as numbers. [rows]
  const kernels::ConstIds& ids() const { return ids_; }
  /// Relative to the mean load of a scheduler. [rows]
  const kernels::ConstValues& loads() const { return loads_; }
  /// Traffic of each actor, and its share in all. [rows]
  const kernels::ConstValues& degrees() const { return degrees_; }
  const kernels::ConstValues& masses() const { return masses_; }
  /// What prices weigh, see kernels::price_weights. [rows]
  const kernels::ConstValues& price_weights() const { return price_weights_; }
  /// What labellings are judged by, and how much it is over all ranks: the traffic of the last epoch alone, which
  /// nothing was fitted to, if there was any.
  std::pair<const kernels::Csr&, double> judge() const {
    if (fresh_traffic_ > 0) return {fresh_, fresh_traffic_};
    return {csr_, total_traffic_};
  }
  /// Actors at each scheduler, over all ranks. [S]
  std::span<const std::uint64_t> actors_at() const { return actors_at_; }
  std::uint64_t actors() const { return actors_; }

  /// *Collective.* Fills the ghosts' rows of `data` [rows_with_ghosts][width] from the ranks where they live.
  template <class T>
  void update_ghosts(std::span<T> data, std::size_t width) const;

 private:
  void number_actors(const Loads& loads);
  void connect(const Traffic& traffic);
  void weigh();
  /// *Collective.* The sum of degrees over all ranks.
  double total(const kernels::Values& degrees) const;

  struct Partner {  // on another rank
    Addr addr;
    std::uint64_t place;
    auto operator<=>(const Partner&) const = default;
  };
  struct Border {  // to one rank
    int rank;
    std::vector<kernels::Index> rows;  // of ours, that it has as ghosts
  };

  Rank& rank_;
  std::vector<kernels::Index> offsets_;
  kernels::Index rows_ = 0;
  kernels::Index ghosts_ = 0;
  kernels::Chunks chunks_;
  kernels::Csr csr_, fresh_;
  kernels::ConstIds ids_;
  kernels::ConstValues loads_, degrees_, masses_, price_weights_;
  double total_traffic_ = 0, fresh_traffic_ = 0;
  std::vector<std::uint64_t> actors_at_;
  std::uint64_t actors_ = 0;
  std::vector<Border> borders_;
  std::vector<kernels::Index> ghosts_of_;  // first ghost row of each rank [ranks + 1]
};

template <class T>
void Field::update_ghosts(std::span<T> data, std::size_t width) const {
  const Layout& layout = rank_.layout();
  for (const Border& border : borders_) {
    const SchedulerId to = static_cast<SchedulerId>(border.rank) * layout.per_rank;
    auto room = rank_.exchange().add({layout.first(), to, border.rows.size() * width * sizeof(T), border.rows.size()});
    for (const kernels::Index row : border.rows) {
      std::memcpy(room.data(), data.data() + row * width, width * sizeof(T));
      room = room.subspan(width * sizeof(T));
    }
  }
  for (const Section& section : rank_.exchange().deliver()) {
    const auto from = static_cast<std::size_t>(layout.host(section.head.from));
    std::memcpy(data.data() + ghosts_of_[from] * width, section.data.data(), section.data.size());
  }
}

}  // namespace circo
