#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <circo/actor/message.hpp>
#include <circo/defaults.hpp>
#include <circo/scheduler/directory.hpp>

namespace circo {

/// Fetches into the cache what the next records of a mailbox will touch, while earlier ones are handled: first the
/// receiver's entry in the directory, some records later the actor, all lines of it. Many such misses are under way at
/// once, so that a large arena in random order costs bandwidth instead of latency.
class LookAhead {
 public:
  /// For the records from `first` up to `end`, which lie together. Actors have up to `actor_bytes`.
  LookAhead(const Directory& directory, const Envelope* first, const std::byte* end, std::size_t actor_bytes)
      : directory_{directory}, entry_{first}, actor_{first}, end_{end}, actor_bytes_{actor_bytes} {
    for (std::size_t i = 0; i < defaults::entry_ahead; ++i) fetch_entry();
    for (std::size_t i = 0; i < defaults::actor_ahead; ++i) fetch_actor();
  }

  const std::byte* further(const std::byte* end, std::uint64_t) const { return end; }
  /// The place of the receiver of the next record, which may have died since, or been spawned; called once for each, in
  /// order.
  Place receiver(const Directory&, const Envelope&) {
    const Place place = places_[(fetched_ - defaults::actor_ahead) % n_places];
    fetch_actor();
    return place;
  }

 private:
  void fetch_actor() {
    const std::size_t next = fetched_++ % n_places;
    if (reinterpret_cast<const std::byte*>(actor_) == end_) return;
    places_[next] = directory_.guess_here(actor_->to);
    if (places_[next].is_here()) {
      const auto* actor = reinterpret_cast<const std::byte*>(&places_[next].head());
      for (std::size_t line = 0; line < actor_bytes_; line += 64) __builtin_prefetch(actor + line, 1);
    }
    actor_ = reinterpret_cast<const Envelope*>(actor_->end());
    fetch_entry();
  }
  void fetch_entry() {
    if (reinterpret_cast<const std::byte*>(entry_) == end_) return;
    directory_.prefetch(entry_->to);
    entry_ = reinterpret_cast<const Envelope*>(entry_->end());
  }

  static constexpr std::size_t n_places = std::bit_ceil(defaults::actor_ahead + 1);

  const Directory& directory_;
  const Envelope* entry_;  // the next one whose receiver's entry is to be fetched
  const Envelope* actor_;  // likewise the actor
  const std::byte* end_;
  std::size_t actor_bytes_;
  std::size_t fetched_ = 0;
  std::array<Place, n_places> places_;  // of record i at i modulo n_places, from `actor_ahead` back
};

}  // namespace circo
