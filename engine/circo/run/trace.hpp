#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// When the phases of the loop began and ended on this rank, for a timeline of all ranks in a browser
/// (chrome://tracing, ui.perfetto.dev). While it is off a phase costs a branch.
class Trace {
 public:
  Trace() = default;
  /// `file` empty: off.
  explicit Trace(std::filesystem::path file) : file_{std::move(file)} {}

  /// Until it is destroyed the rank is in this phase. `name` must be a literal.
  class Phase {
   public:
    Phase(Trace& trace, const char* name) : trace_{trace}, name_{name}, begin_{trace.on() ? now() : Time{}} {}
    ~Phase() {
      if (trace_.on()) trace_.add(name_, 0, begin_);
    }
    Phase(const Phase&) = delete;
    Phase& operator=(const Phase&) = delete;

   private:
    Trace& trace_;
    const char* name_;
    std::chrono::steady_clock::time_point begin_;
  };

  /// An exchange is under way, beside the phases, from the one call to the other.
  void exchange_started() {
    if (on()) under_way_.push_back(now());
  }
  /// Returns whether one was under way.
  bool exchange_finished() {
    if (under_way_.empty()) return false;
    add("exchange under way", 1 + exchanges_++ % 2, under_way_.front());
    under_way_.pop_front();
    return true;
  }

  /// *Collective.* Sets time zero of all ranks.
  void start(const Communicator& world);
  /// *Collective.* Writes the events of all ranks, in the Trace Event Format, times in microseconds. Throws Error on
  /// all ranks.
  void write(const Communicator& world) const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  static Time now() { return std::chrono::steady_clock::now(); }
  bool on() const { return !file_.empty(); }
  void add(const char* name, std::uint64_t track, Time begin) noexcept;
  /// The events of this rank.
  std::string text(int rank) const;

  struct Event {
    const char* name;
    std::uint64_t track;  // 0: phases; others: exchanges
    Time begin, end;
  };
  std::filesystem::path file_;
  Time zero_{};
  std::vector<Event> events_;
  std::deque<Time> under_way_;
  std::uint64_t exchanges_ = 0;
};

}  // namespace circo
