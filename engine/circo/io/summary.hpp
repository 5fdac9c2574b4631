#pragma once

#include <filesystem>
#include <string>

#include <circo/io/metrics.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

/// What a run amounted to.
struct Summary {
  std::string model;
  std::string end;  ///< why it ended
  int ranks = 1;
  std::uint32_t schedulers_per_rank = 1;
  int threads = 1;
  bool strict = false;
  std::uint64_t seed = 0;
  std::uint64_t supersteps = 0;
  double wall_s = 0;
  std::uint64_t peak_memory = 0;       ///< bytes, all ranks together
  std::uint64_t peak_memory_rank = 0;  ///< bytes, the largest rank
  Report result;                       ///< the model's own
};

/// The text of summary.json.
std::string summary_json(const Summary& summary, const Metrics& metrics);
/// The short table that the command ends with.
std::string summary_table(const Summary& summary, const Metrics& metrics);

}  // namespace circo
