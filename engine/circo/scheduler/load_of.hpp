#pragma once

#include <cstdint>

#include <circo/scheduler/scheduler.hpp>

namespace circo {

/// What the actor in a row weighs in the balance of schedulers: its load() if it has one, else the messages delivered
/// to it in this epoch. Throws Error, with the actor, when its load() throws or returns what is no load: loads are
/// finite, not negative and at most 1e30. Local.
double load_of(const Scheduler& scheduler, std::uint32_t row);

}  // namespace circo
