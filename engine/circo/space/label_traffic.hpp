#pragma once

#include <span>
#include <vector>

#include <circo/space/field.hpp>
#include <circo/space/levels.hpp>

namespace circo {

/// *Collective.* The traffic between each two labels that have any, as a share of all; the same on every rank. The
/// labels of ghosts must be up to date. O(pairs) memory.
std::vector<PartTraffic> traffic_between(const Rank& rank, const Field& field, const kernels::Labels& labelling);

/// What traffic between parts costs when part a is at scheduler names[a].
double cost_of(std::span<const PartTraffic> traffic, const Levels& levels, std::span<const std::uint32_t> names);

}  // namespace circo
