#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <circo/actor/addr.hpp>

namespace circo {

/// What the epoch that is being closed amounted to, over all ranks; the same on every rank. Plugins add their part.
struct Epoch {
  std::uint64_t number = 0;     ///< 1 for the first
  std::uint64_t superstep = 0;  ///< the last one in it
  double wall_s = 0;            ///< since the start of the run
  double seconds = 0;           ///< its own length
  std::uint64_t actors = 0;     ///< that live at its end
  std::uint64_t messages = 0;   ///< delivered in it
  std::uint64_t sent = 0;       ///< in it
  std::uint64_t dead_letters = 0;
  double remote_share = 0;       ///< messages that crossed schedulers / sent
  double rank_remote_share = 0;  ///< messages that crossed ranks / sent
  std::vector<double> loads;     ///< by scheduler: messages delivered, or what the actors' load() says
  double imbalance = 1;          ///< largest / mean load
  bool complete = true;          ///< it was due; not cut short by the end of the run
  bool last = false;             ///< the run ends with it, so there is no use in moving actors

  /// *Collective.* Moves every actor to the scheduler given for it, by local scheduler and row; see
  /// space/migration.hpp.
  std::function<std::uint64_t(const std::vector<std::vector<SchedulerId>>& targets)> migrate;

  std::uint64_t migrated = 0;       ///< actors moved to another scheduler at its end
  std::uint64_t sweeps = 0;         ///< of the infoton step, at its end
  std::uint64_t dropped_edges = 0;  ///< of the traffic, for --traffic-limit
  double placement_s = 0;           ///< time of the infoton step and of migration, slowest rank

  std::vector<std::pair<std::string, double>> of_model;  ///< what the model says of it

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, superstep, wall_s, seconds, actors, messages, sent, dead_letters, remote_share, rank_remote_share,
            loads, imbalance, complete, last, migrated, sweeps, dropped_edges, placement_s, of_model);
  }

  double messages_per_s() const { return seconds > 0 ? static_cast<double>(messages) / seconds : 0; }
};

}  // namespace circo
