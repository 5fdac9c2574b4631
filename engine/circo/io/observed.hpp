#pragma once

#include <vector>

#include <circo/io/snapshot.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// *Collective.* What the actors of this rank show of themselves (actor/observer.hpp), scheduler by scheduler and row
/// by row; on every rank the same columns, in the order of their names. Throws Error, on all ranks, when an actor's
/// observe() does, or when two columns of one name have not the same unit.
std::vector<ObservedColumn> observe_actors(Rank& rank);

}  // namespace circo
