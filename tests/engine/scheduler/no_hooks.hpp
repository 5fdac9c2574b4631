#pragma once

#include <circo/scheduler/scheduler.hpp>

namespace circo::test {

/// For `drain` without plugins.
struct NoHooks {
  void on_deliver(Scheduler&, const Envelope&, ActorHead&) {}
  void on_dead_letter(Scheduler&, const Envelope&) {}
};

}  // namespace circo::test
