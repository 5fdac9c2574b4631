#pragma once

#include <array>
#include <csignal>

namespace circo {

/// Takes SIGUSR1, SIGUSR2 and SIGTERM as requests while it lives, one at a time. A process that does not come to answer
/// SIGTERM or SIGUSR2 within defaults::signal_grace_s, as in a handler that never returns, is ended by SIGALRM.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// SIGUSR1: write a checkpoint and go on.
  static bool save_asked();
  /// SIGTERM or SIGUSR2: write a checkpoint and end.
  static bool end_asked();
  /// The requests so far have been seen.
  static void answer();

 private:
  static constexpr std::array<int, 3> numbers{SIGUSR1, SIGUSR2, SIGTERM};
  std::array<struct sigaction, 3> before_{};
};

}  // namespace circo
