#pragma once

#include <cstdint>
#include <vector>

#include <circo/actor/serialize.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// What plugins do when an actor moves: their columns go along. Null when no plugin has them.
struct MigrationHooks {
  void* plugins = nullptr;
  void (*out)(void* plugins, Scheduler& from, std::uint32_t row, Bytes& data) = nullptr;
  void (*in)(void* plugins, Scheduler& to, std::uint32_t row, ByteReader& data) = nullptr;
};

/// *Collective.* Moves every actor to the scheduler given for it (by local scheduler, by row), with its state,
/// position, random stream and waiting messages in their order, and tells its home. Mail must be settled
/// (Rank::settle). Returns how many actors moved away from this rank's schedulers.
std::uint64_t migrate(Rank& rank, const std::vector<std::vector<SchedulerId>>& targets, const MigrationHooks& hooks);

/// *Collective.* Tells schedulers whose mail went by way of a home in the last epoch where those receivers are.
void announce_places(Rank& rank);

}  // namespace circo
