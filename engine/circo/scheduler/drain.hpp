#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>

#include <circo/grace.hpp>
#include <circo/scheduler/context.hpp>
#include <circo/scheduler/look_ahead.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

namespace detail {
/// Records at the scheduler what a handler threw: which actor, which message, which superstep.
void record_failure(Scheduler& scheduler, const Context& context, std::exception_ptr thrown);
[[noreturn]] void refuse_message(const Scheduler& scheduler, const Context& context);

/// A record that goes to no actor here: a note of a death, one to pass on, or a dead letter. Out of line, so that the
/// loop of `drain` keeps its registers.
template <class Hooks>
[[gnu::noinline]] void pass_on(Scheduler& scheduler, Hooks& hooks, const Envelope& record) {
  Directory& directory = scheduler.directory();
  if (record.flags & Envelope::is_death_note && directory.is_home(record.to)) {
    ++scheduler.counts().notes_done;
    directory.release(record.to);
  } else if (directory.find(record.to).is_elsewhere() || !directory.is_home(record.to)) {
    scheduler.forward(record);
  } else {
    ++scheduler.counts().dead_letters;
    hooks.on_dead_letter(scheduler, record);
  }
}

/// Delivers the records from `next` up to `end`, which lie together, and returns where it got to: up to and with the
/// one whose handler threw. `ahead` has receiver(directory, record), a guess at the place of the receiver, called once
/// for each record, and further(end, delivered), to where it goes on from `end` after so many deliveries. A function of
/// its own, with no more variables than registers that outlive a handler.
template <class Hooks, class Ahead>
[[gnu::noinline]] const Envelope* deliver(Scheduler& scheduler, Hooks& hooks, Context& context, const Envelope* next,
                                          const std::byte* end, Ahead ahead) {
  std::uint64_t delivered = 0;
  try {
    do {
      const Envelope& record = *next;
      next = reinterpret_cast<const Envelope*>(record.end());
      Place place = ahead.receiver(scheduler.directory(), record);
      ActorHead* at = place.head_if_here();
      if (!place.is_here() || at->addr != record.to) [[unlikely]] {
        place = scheduler.directory().find_here(record.to);
        if (!place.is_here()) {
          pass_on(scheduler, hooks, record);
          continue;
        }
        at = &place.head();
      }
      ActorHead& head = *at;
      ++head.count;
      ++delivered;
      context.enter(head, record);
      hooks.on_deliver(scheduler, record, head);
      const Handler handler = scheduler.dispatch().handler(place.type(), record.message);
      if (handler == nullptr) [[unlikely]]
        refuse_message(scheduler, context);
      handler(head.state(), record.body(), context);
      if (context.dying()) [[unlikely]]
        context.end_actor();
    } while (reinterpret_cast<const std::byte*>(next) != end ||
             (end = ahead.further(end, delivered)) != reinterpret_cast<const std::byte*>(next));
  } catch (...) {
    record_failure(scheduler, context, std::current_exception());
  }
  scheduler.counts().delivered += delivered;
  return next;
}

/// For actors that the cache holds.
struct NoLookAhead {
  const RecordBuffer& mailbox;
  std::uint64_t budget;

  static Place receiver(const Directory& directory, const Envelope& record) { return directory.guess_here(record.to); }
  /// What has been appended meanwhile and is surely within the budget: a lone token or two need no new call each time.
  const std::byte* further(const std::byte* end, std::uint64_t delivered) const {
    const std::byte* now = mailbox.front_end();
    return delivered + static_cast<std::size_t>(now - end) / sizeof(Envelope) <= budget ? now : end;
  }
};
}  // namespace detail

/// Delivers the mailbox's messages in order until it is empty or `budget` messages have been delivered. In relaxed mode
/// this includes what the handlers send to actors of the same scheduler. An exception of a handler ends it and becomes
/// the scheduler's failure. `hooks` has on_deliver(Scheduler&, const Envelope&, ActorHead&) and
/// on_dead_letter(Scheduler&, const Envelope&), see hooks.hpp. Local: communicates nothing.
template <class Hooks>
void drain(Scheduler& scheduler, Hooks& hooks, std::uint64_t budget) {
  Context context{scheduler};
  RecordBuffer& mailbox = scheduler.mailbox();
  const std::uint64_t& delivered = scheduler.counts().delivered;
  const std::uint64_t last = delivered + std::min(budget, UINT64_MAX - delivered);
  // Schedulers of a rank take turns in the cache.
  const bool look_ahead = scheduler.arena().bytes() * scheduler.settings().per_rank > defaults::cached_arena_bytes;
  const std::size_t actor_bytes = std::min(scheduler.arena().largest_actor(), defaults::actor_bytes_ahead);
  while (delivered < last && !scheduler.failure()) {
    note_progress();
    const Envelope* first = mailbox.front(scheduler.pool());
    if (first == nullptr) return scheduler.mailbox_sorted();
    const std::byte* const end = mailbox.front_end(last - delivered);
    const Envelope* next = look_ahead ? detail::deliver(scheduler, hooks, context, first, end,
                                                        LookAhead{scheduler.directory(), first, end, actor_bytes})
                                      : detail::deliver(scheduler, hooks, context, first, end,
                                                        detail::NoLookAhead{mailbox, last - delivered});
    mailbox.pop_front(reinterpret_cast<const std::byte*>(next));
  }
}

}  // namespace circo
