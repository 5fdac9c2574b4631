#pragma once

#include <array>
#include <csignal>

#include <circo/defaults.hpp>

namespace circo {

/// Takes signals as requests while it lives, one at a time; its end puts the handlers back.
///
/// | signal          | asks for                   | a process that does not answer              |
/// | SIGUSR1         | a checkpoint               | goes on                                     |
/// | SIGUSR2         | a checkpoint and the end   | goes on                                     |
/// | SIGTERM, SIGINT | a checkpoint and the end   | is ended when it makes no progress for      |
/// |                 |                            | `grace_s`, or by the same signal once more  |
///
/// Progress: a superstep, a chunk of mail, a collective operation. The same signal within a second counts once. SIGINT
/// that was ignored before is ignored.
class Signals {
 public:
  explicit Signals(unsigned grace_s = defaults::signal_grace_s);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// SIGUSR1: write a checkpoint and go on.
  static bool save_asked();
  /// SIGTERM, SIGINT or SIGUSR2: write a checkpoint and end.
  static bool end_asked();
  /// The requests so far have been seen; from now on it may take any time.
  static void answer();

 private:
  static constexpr std::array<int, 4> numbers{SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
  std::array<struct sigaction, numbers.size()> before_{};
};

}  // namespace circo
