#pragma once

#include <csignal>

namespace circo {

/// Time that the process has to answer SIGTERM: it ends when it makes no progress for so long. One at a time.
class Grace {
 public:
  /// Signal-safe. Starts, or starts anew; before `create` does nothing.
  static void start();
  static void stop();
  /// Makes the timer, which sends SIGTERM (with si_code SI_TIMER) after `seconds` without progress.
  static void create(unsigned seconds);
  static void destroy();

  /// Whether it runs: read at each sign of progress, so it costs a load.
  static inline volatile std::sig_atomic_t runs = 0;
};

/// Work has been done since the last call. On any thread.
inline void note_progress() {
  if (Grace::runs != 0) [[unlikely]]
    Grace::start();
}

}  // namespace circo
