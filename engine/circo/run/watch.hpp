#pragma once

#include <chrono>
#include <cstdint>

#include <circo/run/epoch.hpp>
#include <circo/transport/control.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

struct EngineSettings;

/// Keeps the run's clock and counts: what this rank adds to a tally, when an epoch is due, limits, and agreed failure.
class Watch {
 public:
  Watch(Rank& rank, const EngineSettings& settings) : rank_{rank}, settings_{settings} {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Starts the clock, from where a loaded run's stood.
  void start();
  double seconds() const;
  /// This rank's part. Local.
  Tally tally() const;
  /// Makes it a failure of this rank when it uses more memory than it may. Local; looks every 50 ms.
  void check_memory();

  std::uint64_t epoch() const { return epoch_; }  ///< epochs closed
  bool epoch_due(const Tally& tally, std::uint64_t superstep) const;
  bool too_many(const Tally& tally) const;

  /// *Collective.* The figures of the epoch that ends.
  Epoch close_epoch(std::uint64_t superstep);
  /// *Collective.* Starts the next one: actors' message counts begin again at zero.
  void open_epoch(std::uint64_t superstep);

  /// *Collective.* What a checkpoint keeps of it. All ranks append the same.
  void save(Bytes& out) const;
  void load(ByteReader& in);

  /// *Collective.* Throws Error on all ranks if something has failed on one.
  void agree();
  /// *Collective.* Throws Error on all ranks, with the text of the first rank that failed.
  [[noreturn]] void fail(const Tally& tally);

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<std::string> failure() const;
  Counts sum_counts() const;

  Rank& rank_;
  const EngineSettings& settings_;
  /// What `save` appends.
  struct Marks {
    std::uint64_t epoch, epoch_first_superstep;
    double epoch_start_s, seconds;
    std::int64_t messages_before;
    Counts epoch_start;  // of all ranks
  };

  Clock::time_point start_ = Clock::now();
  double seconds_before_ = 0;  // in the sessions before a resume
  Clock::time_point memory_checked_{};
  std::uint64_t epoch_ = 0;
  std::uint64_t epoch_first_superstep_ = 0;
  double epoch_start_s_ = 0;
  Counts epoch_start_;                // of this rank
  std::int64_t messages_before_ = 0;  // of all ranks
};

}  // namespace circo
