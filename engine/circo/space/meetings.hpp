#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <circo/actor/serialize.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/load_flow.hpp>

namespace circo {

/// Which schedulers meet, two by two, to trade actors. Those who have done so meet again when one of them has changed,
/// or after `repartition_epochs`. The same on every rank.
class Meetings {
 public:
  explicit Meetings(SchedulerId schedulers) : changed_(schedulers, 0) {}

  /// Pairs neighbors that are due, those first who have not met for the longest. Epochs count from 1. [S]: the
  /// scheduler at which each meets another, one of the two, by lot; or `nobody`.
  std::vector<SchedulerId> arrange(std::span<const LoadLink> links, std::uint64_t epoch);
  /// The actors of a scheduler have changed at the end of an epoch.
  void change(SchedulerId scheduler, std::uint64_t epoch) { changed_[scheduler] = epoch; }

  /// *Collective.* The same of all schedulers with actors that go, or to which some go.
  void note_changes(const Rank& rank, const Targets& targets, std::uint64_t epoch);

  // For checkpoints.
  void save(Bytes& out) const;
  void load(ByteReader& in);

 private:
  std::vector<std::uint64_t> changed_;                                // epoch, by scheduler
  std::map<std::pair<SchedulerId, SchedulerId>, std::uint64_t> met_;  // epoch, of those who are neighbors
};

}  // namespace circo
