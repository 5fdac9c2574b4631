#pragma once

#include <filesystem>

#include <circo/space/traffic.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// *Collective.* Writes who talks to whom how much to a CSV file (rank 0): a line "actor,partner,weight" an edge, with
/// the smaller address first, in the order of addresses, so that it is the same on every layout. All edges pass through
/// every rank: for runs of a size that one draws. Throws Error on all ranks.
void write_traffic(const Rank& rank, const Traffic& traffic, const std::filesystem::path& path);

}  // namespace circo
