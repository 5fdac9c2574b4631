#pragma once

#include <array>
#include <cstddef>

#include <circo/actor/message.hpp>
#include <circo/defaults.hpp>
#include <circo/scheduler/arena.hpp>
#include <circo/scheduler/directory.hpp>

namespace circo {

/// Fetches into the cache what the next records of a mailbox will touch, while earlier ones are handled: first the
/// receiver's entry in the directory, some records later the actor. Many such misses are under way at once, so that a
/// large arena in random order costs bandwidth instead of latency.
class LookAhead {
 public:
  /// For the records from `first` up to `end`, which lie together.
  LookAhead(const Directory& directory, const Arena& arena, const Envelope* first, const std::byte* end)
      : directory_{directory}, arena_{arena}, next_{first}, end_{end} {
    for (std::size_t i = 0; i < receivers_.size() + defaults::actor_ahead; ++i) step();
  }

  /// One record further; called once for each record that is handled.
  [[gnu::noinline]] void step() {
    Addr& oldest = receivers_[at_++ % receivers_.size()];
    if (const Place* place = directory_.find_here(oldest)) __builtin_prefetch(&arena_.head(*place), 1);
    oldest = Addr{};
    if (reinterpret_cast<const std::byte*>(next_) == end_) return;
    oldest = next_->to;
    directory_.prefetch(oldest);
    next_ = reinterpret_cast<const Envelope*>(next_->end());
  }

 private:
  const Directory& directory_;
  const Arena& arena_;
  const Envelope* next_;
  const std::byte* end_;
  std::array<Addr, defaults::entry_ahead> receivers_{};  // receivers whose entry is on its way
  std::size_t at_ = 0;
};

}  // namespace circo
