#pragma once

#include <span>

#include <circo/space/balancer.hpp>
#include <circo/space/loads.hpp>

namespace circo {

/// *Collective.* Schedulers that meet divide their actors anew among the two of them, where that surely lets less
/// traffic go between them; what pairs gain adds up, as no scheduler is in two. No load of a pair grows beyond
/// defaults::load_cap of the mean, of its own mean if that is less than all schedulers', or beyond that of the heavier
/// of the two.
/// meeting [S], the same on every rank: the scheduler at which each meets another, one of the two; or `nobody`. Changes
/// `targets` of actors that go.
void trade(Rank& rank, const Traffic& traffic, const Loads& loads, std::span<const SchedulerId> meeting,
           Targets& targets);

}  // namespace circo
