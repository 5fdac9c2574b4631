#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <circo/scheduler/context.hpp>
#include <circo/scheduler/look_ahead.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

namespace detail {
/// Records at the scheduler what a handler threw: which actor, which message, which superstep.
void record_failure(Scheduler& scheduler, const Context& context, std::exception_ptr thrown);
[[noreturn]] void refuse_message(const Scheduler& scheduler, const Envelope& record, ActorNumber type);

/// A record that goes to no actor here: a note of a death, one to pass on, or a dead letter. Out of line, as the next
/// one, so that the loop of `drain` keeps its registers.
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

template <class Hooks>
[[gnu::noinline]] void end_actor(Scheduler& scheduler, Hooks& hooks, Context& context, ActorHead& head) {
  context.buried();
  const ActorType& type = scheduler.arena().type(head.row);
  if (type.on_death != nullptr) type.on_death(head.state(), context);
  hooks.on_death(scheduler, head);
  scheduler.bury(head);
}
}  // namespace detail

/// Delivers the mailbox's messages in order until it is empty or `budget` messages have been delivered. In relaxed mode
/// this includes what the handlers send to actors of the same scheduler. An exception of a handler ends it and becomes
/// the scheduler's failure. `hooks` has on_deliver(Scheduler&, const Envelope&, ActorHead&), on_dead_letter(Scheduler&,
/// const Envelope&) and on_death(Scheduler&, ActorHead&), see hooks.hpp. Local: communicates nothing.
template <class Hooks>
void drain(Scheduler& scheduler, Hooks& hooks, std::uint64_t budget) {
  Context context{scheduler};
  RecordBuffer& mailbox = scheduler.mailbox();
  const Directory& directory = scheduler.directory();
  const Arena& arena = scheduler.arena();
  Counts& counts = scheduler.counts();
  const Dispatch dispatch = scheduler.dispatch();
  const std::uint64_t last = counts.delivered + std::min(budget, UINT64_MAX - counts.delivered);
  const bool look_ahead = arena.bytes() > defaults::cached_arena_bytes;
  std::optional<LookAhead> ahead;
  const Envelope* next = nullptr;
  std::uint64_t read = 0;
  try {
    while (counts.delivered < last && (next = mailbox.front(scheduler.pool())) != nullptr) {
      // These lie together; where it reads stays in a register, and the mailbox is told behind them.
      read = counts.records_read();
      const std::byte* const end = mailbox.front_end(last - counts.delivered);
      if (look_ahead) ahead.emplace(directory, arena, next, end);
      do {
        const Envelope& record = *next;
        next = reinterpret_cast<const Envelope*>(record.end());
        if (ahead) [[unlikely]]
          ahead->step();
        const Place* found = directory.find_here(record.to);
        if (found == nullptr) [[unlikely]] {
          detail::pass_on(scheduler, hooks, record);
          continue;
        }
        const Place place = *found;
        ActorHead& head = arena.head(place);
        ++head.count;
        ++counts.delivered;
        context.enter(head, record);
        hooks.on_deliver(scheduler, record, head);
        const Handler handler = dispatch.handler(place.type(), record.message);
        if (handler == nullptr) [[unlikely]]
          detail::refuse_message(scheduler, record, place.type());
        handler(head.state(), record.body(), context);
        if (context.dying()) [[unlikely]]
          detail::end_actor(scheduler, hooks, context, head);
      } while (reinterpret_cast<const std::byte*>(next) != end);
      mailbox.pop_front(end, counts.records_read() - read);
    }
  } catch (...) {
    mailbox.pop_front(reinterpret_cast<const std::byte*>(next), counts.records_read() - read);
    detail::record_failure(scheduler, context, std::current_exception());
  }
}

}  // namespace circo
