#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include <circo/transport/mpi.hpp>

namespace circo {

/// What all ranks decide from together: sums over the ranks.
struct Tally {
  std::int64_t records_sent = 0;
  std::int64_t records_done = 0;
  std::int64_t messages = 0;  ///< delivered
  std::int64_t actors = 0;
  std::int64_t failures = 0;  ///< ranks on which something failed
  std::int64_t stops = 0;     ///< ranks on which an actor asked for the end
  std::int64_t saves = 0;     ///< ranks that a signal asked for a checkpoint
  std::int64_t ends = 0;      ///< ranks that a signal asked for a checkpoint and the end
  std::int64_t clock_ms = 0;  ///< of rank 0, so that all see the same time

  /// No mail anywhere. Sound without a second wave (Mattern 1987) because the tally is taken at a consistent cut: a
  /// rank joins tally s after it has started exchange s and before it has finished it, so no record that was sent after
  /// the cut is done before it.
  bool quiescent() const { return records_sent == records_done; }
};

/// Sums tallies over the ranks without waiting, one a superstep; all ranks get the same sums in the same order.
class Control {
 public:
  explicit Control(const Communicator& world) : world_{Communicator::duplicate(world.get())} {}
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  /// *Collective.* Starts a sum.
  void start(const Tally& mine);
  int in_flight() const { return static_cast<int>(waves_.size()); }
  /// *Collective.* Waits for the oldest sum.
  Tally finish();

 private:
  using Values = std::array<std::int64_t, sizeof(Tally) / sizeof(std::int64_t)>;
  struct Wave {
    Values mine;
    Values sum;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  Communicator world_;
  std::deque<Wave> waves_;
};

}  // namespace circo
