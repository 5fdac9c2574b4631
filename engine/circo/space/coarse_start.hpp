#pragma once

#include <cstdint>

#include <circo/kernels/views.hpp>
#include <circo/space/field.hpp>

namespace circo {

/// *Collective.* Places from which the space of a large graph unfolds soon, as pulls alone go from neighbor to
/// neighbor: actors drawn by `key` gather those around them in clusters, and the clusters' graph, small enough for
/// every rank to hold, unfolds first (as in multilevel methods: Barnard and Simon 1994).
/// x [rows][D], where actors are: those in a cluster go to its place, the others stay. Nobody moves when there are too
/// few clusters to have a shape.
void start_coarsely(Rank& rank, const Field& field, std::uint64_t key, const kernels::Rows& x);

}  // namespace circo
