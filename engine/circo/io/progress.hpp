#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <circo/run/epoch.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

enum class ProgressStyle { none, plain, live };

/// Plugin: shows how the run goes (rank 0, standard output): a line that is rewritten on a terminal, else a line every
/// few seconds.
class Progress {
 public:
  Progress(ProgressStyle style, std::uint64_t epochs) : style_{style}, epochs_{epochs} {}
  void on_epoch(Rank& rank, const Epoch& epoch);
  void on_stop(Rank& rank);

 private:
  using Clock = std::chrono::steady_clock;
  ProgressStyle style_;
  std::uint64_t epochs_;  // that the run has, 0: unknown
  Clock::time_point shown_{};
  bool line_open_ = false;
};

/// 12345678 -> "12.3 M".
std::string short_number(double value);

}  // namespace circo
