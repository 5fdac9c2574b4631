#pragma once

#include <cstddef>
#include <cstdint>

/// Every tunable of the engine, with its unit and where the value comes from.
namespace circo::defaults {

/// Distance, per coordinate, from a parent to the actor that it spawns. The space of a scheduler is about 1 wide.
inline constexpr double spawn_distance = 0.01;

/// Messages that a scheduler delivers in a relaxed superstep at most, so that mail to others is not kept waiting:
/// about 2 ms at 30 M messages/s.
inline constexpr std::uint64_t superstep_budget = 1 << 16;

/// Exchanges that may be under way while local mail is drained.
inline constexpr int staleness = 1;

/// Bytes a neighbor in the fixed first block of an exchange; a larger batch follows as messages of its own. 2 KiB is
/// about 50 small messages, and 31 neighbors' blocks still fit into a first-level cache.
inline constexpr std::size_t first_block_bytes = 2048;

/// Largest single transfer; MPI counts are int, and pieces let both sides overlap copying and sending.
inline constexpr std::size_t transfer_bytes = std::size_t{1} << 30;

/// Ranks up to which the neighbor graph is complete; beyond, a 3D grid of ranks.
inline constexpr int complete_topology_ranks = 32;

/// Cached places of actors that are neither here nor at home here, per scheduler (16 bytes each); beyond, all are
/// forgotten at the next epoch and learned anew.
inline constexpr std::size_t known_places = 1 << 20;

/// Messages an actor (mean) after which an epoch closes, and supersteps after which it closes in any case: enough
/// traffic to show who talks to whom, seldom enough that the infoton step costs little.
inline constexpr double epoch_messages_per_actor = 8;
inline constexpr std::uint64_t epoch_supersteps = 256;

}  // namespace circo::defaults
