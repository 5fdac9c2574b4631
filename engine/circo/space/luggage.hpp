#pragma once

#include <cstdint>
#include <span>

#include <circo/actor/position.hpp>
#include <circo/actor/serialize.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

/// What plugins do when an actor moves: their columns go along. Null when no plugin has them.
struct MigrationHooks {
  void* plugins = nullptr;
  void (*out)(void* plugins, Scheduler& from, std::uint32_t row, Bytes& data) = nullptr;
  void (*in)(void* plugins, Scheduler& to, std::uint32_t row, ByteReader& data) = nullptr;
};

/// Head of an actor that is on its way, to another scheduler or into a checkpoint; then its state, of the given length,
/// and plugins' columns.
struct Luggage {
  std::uint64_t bytes;  ///< of all, with this head
  std::uint64_t state_bytes;
  Addr addr;
  std::uint64_t draws;
  Position position;
  std::uint32_t count;
  std::uint64_t type;
};

/// Appends the luggage of the actor in `row`. Throws what its serialization throws.
void pack_actor(Scheduler& scheduler, std::uint32_t row, const MigrationHooks& hooks, Bytes& out);

/// Makes the actor at a scheduler. Without `keep_columns` its cells in plugins' columns are zero, as for a new one.
/// Throws what its serialization throws.
ActorHead& unpack_actor(Scheduler& scheduler, std::span<const std::byte> luggage, const MigrationHooks& hooks,
                        bool keep_columns = true);

/// Calls the actor's on_migrate, if it has one, at its new place; ends it when it asks for that.
void arrived(Scheduler& scheduler, ActorHead& actor);
/// The same for every actor of a scheduler, in the order of rows.
void all_arrived(Scheduler& scheduler);

}  // namespace circo
