#pragma once

#include <vector>

#include <circo/space/load_flow.hpp>
#include <circo/space/traffic.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// *Collective.* Links between each scheduler and those with which it exchanges most traffic, and, hardly open, the
/// next one in order. The same on every rank.
std::vector<LoadLink> neighbor_links(const Rank& rank, const Traffic& traffic);

}  // namespace circo
