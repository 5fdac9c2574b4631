#pragma once

#include <cstddef>

#include <circo/actor/message.hpp>
#include <circo/defaults.hpp>
#include <circo/scheduler/directory.hpp>

namespace circo {

/// Fetches into the cache what the next records of a mailbox will touch, while earlier ones are handled: first the
/// receiver's entry in the directory, some records later the actor. Many such misses are under way at once, so that a
/// large arena in random order costs bandwidth instead of latency.
class LookAhead {
 public:
  /// For the records from `first` up to `end`, which lie together.
  LookAhead(const Directory& directory, const Envelope* first, const std::byte* end)
      : directory_{directory}, entry_{first}, actor_{first}, end_{end} {
    for (std::size_t i = 0; i < defaults::entry_ahead; ++i) fetch_entry();
    for (std::size_t i = 0; i < defaults::actor_ahead; ++i) step();
  }

  const std::byte* further(const std::byte* end, std::uint64_t) const { return end; }
  /// One record further; called once for each record that is handled.
  void step() {
    if (reinterpret_cast<const std::byte*>(actor_) == end_) return;
    if (const Place* place = directory_.find_here(actor_->to)) __builtin_prefetch(&place->head(), 1);
    actor_ = reinterpret_cast<const Envelope*>(actor_->end());
    fetch_entry();
  }

 private:
  void fetch_entry() {
    if (reinterpret_cast<const std::byte*>(entry_) == end_) return;
    directory_.prefetch(entry_->to);
    entry_ = reinterpret_cast<const Envelope*>(entry_->end());
  }

  const Directory& directory_;
  const Envelope* entry_;  // the next one whose receiver's entry is to be fetched
  const Envelope* actor_;  // likewise the actor
  const std::byte* end_;
};

}  // namespace circo
