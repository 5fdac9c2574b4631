#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <circo/defaults.hpp>
#include <circo/io/checkpoint_folder.hpp>
#include <circo/run/run_state.hpp>
#include <circo/run/signals.hpp>
#include <circo/transport/control.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

struct CheckpointSettings {
  std::uint64_t every = 0;  ///< epochs; 0: not for that
  double minutes = 0;       ///< 0: not for that
  double time_limit = 0;    ///< seconds since the program began, after which it ends with one; 0: none
  int keep = defaults::checkpoints_kept;
};

/// When a run's checkpoints are written, and where. They change nothing in a run: in strict mode it has the same result
/// with and without them.
class Checkpoints {
 public:
  enum class Wish { none, save, save_and_end };

  /// `head`: version, git, model and config. `tell(text)` is called on every rank when one could not be written.
  Checkpoints(const CheckpointSettings& settings, const std::filesystem::path& folder, CheckpointHead head,
              std::function<void(const std::string&)> tell)
      : settings_{settings}, folder_{folder}, head_{std::move(head)}, tell_{std::move(tell)} {}

  /// The command begins, and with it the time limit: at the first time with the process, as that has waited for MPI.
  static void program_begins();

  /// *Collective.* The run begins, or goes on, at `clock_s` of its time.
  void start(const Rank& rank, double clock_s);

  /// What is to be done after a superstep; the same on every rank. `closed`: the number of the epoch that it has
  /// closed, 0 for none.
  Wish wish(const Tally& tally, std::uint64_t closed);

  /// *Collective.* Writes one. When that fails, and the run is not to end with it, it is told of and the run goes on;
  /// else throws Error on all ranks.
  void write(Rank& rank, const StateHooks& hooks, Bytes common, std::uint64_t superstep, std::uint64_t epoch,
             Wish wish);

  /// The last one that has been written; empty when there is none.
  const std::filesystem::path& last() const { return last_; }

 private:
  CheckpointSettings settings_;
  CheckpointFolder folder_;
  CheckpointHead head_;
  std::function<void(const std::string&)> tell_;
  Signals signals_;
  std::filesystem::path last_;
  std::int64_t last_ms_ = 0;  // by the run's clock
  std::int64_t limit_ms_ = 0;
};

}  // namespace circo
