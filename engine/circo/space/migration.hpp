#pragma once

#include <cstdint>
#include <vector>

#include <circo/space/luggage.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// *Collective.* Moves every actor to the scheduler given for it (by local scheduler, by row), with its state,
/// position, random stream and waiting messages in their order, and tells its home. Mail must be settled
/// (Rank::settle). Returns how many actors moved away from this rank's schedulers. Throws Error on all ranks, before
/// anything moves, when a rank's targets are not one scheduler that there is for each of its actors.
std::uint64_t migrate(Rank& rank, const std::vector<std::vector<SchedulerId>>& targets, const MigrationHooks& hooks);

/// *Collective.* Tells the keepers of all actors where those are.
void tell_keepers(Rank& rank);

/// *Collective.* Tells schedulers whose mail went by way of a home in the last epoch where those receivers are.
void announce_places(Rank& rank);

}  // namespace circo
