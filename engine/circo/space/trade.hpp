#pragma once

#include <span>

#include <circo/space/balancer.hpp>
#include <circo/space/loads.hpp>

namespace circo {

/// *Collective.* Schedulers that meet divide their actors anew among the two of them, where that surely lets less
/// traffic go between them; what pairs gain adds up, as no scheduler is in two. Nobody's load grows beyond the cap.
/// meeting [S], the same on every rank: the scheduler at which each meets another, one of the two; or `nobody`. Changes
/// `targets` of actors that go.
void trade(Rank& rank, const Traffic& traffic, const Loads& loads, std::span<const SchedulerId> meeting,
           Targets& targets);

}  // namespace circo
