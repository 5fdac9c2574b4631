#pragma once

#include <cstdint>

#include <circo/scheduler/context.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

namespace detail {
/// Records at the scheduler what a handler threw: which actor, which message, which superstep.
void record_failure(Scheduler& scheduler, const Context& context, std::exception_ptr thrown);
[[noreturn]] void refuse_message(const Scheduler& scheduler, const Envelope& record, ActorNumber type);
}  // namespace detail

/// Delivers the mailbox's messages in order until it is empty or `budget` messages have been delivered. In relaxed mode
/// this includes what the handlers send to actors of the same scheduler. An exception of a handler ends it and becomes
/// the scheduler's failure. `hooks` has on_deliver(Scheduler&, const Envelope&, ActorHead&), on_dead_letter(Scheduler&,
/// const Envelope&) and on_death(Scheduler&, ActorHead&), see hooks.hpp. Local: communicates nothing.
template <class Hooks>
void drain(Scheduler& scheduler, Hooks& hooks, std::uint64_t budget) {
  Context context{scheduler};
  RecordBuffer& mailbox = scheduler.mailbox();
  ChunkPool& pool = scheduler.pool();
  Directory& directory = scheduler.directory();
  Arena& arena = scheduler.arena();
  Counts& counts = scheduler.counts();
  const Dispatch dispatch = scheduler.dispatch();
  try {
    while (Envelope* record = budget != 0 ? mailbox.front(pool) : nullptr) {
      mailbox.pop_front(record);
      const Place place = directory.find(record->to);
      if (place.is_here()) [[likely]] {
        ActorHead& head = arena.head(place);
        ++head.count;
        ++counts.delivered;
        --budget;
        context.enter(head, record);
        hooks.on_deliver(scheduler, *record, head);
        const Handler handler = dispatch.handler(place.type(), record->message);
        if (handler == nullptr) [[unlikely]]
          detail::refuse_message(scheduler, *record, place.type());
        handler(head.state(), record->body(), context);
        if (context.dying()) [[unlikely]] {
          const ActorType& type = dispatch.actors[place.type()];
          if (type.on_death != nullptr) type.on_death(head.state(), context);
          hooks.on_death(scheduler, head);
          scheduler.bury(head);
        }
      } else if (record->flags & Envelope::is_death_note) {
        ++counts.notes_done;
        directory.release(record->to);
      } else if (place.is_elsewhere() || !directory.is_home(record->to)) {
        scheduler.forward(*record);
      } else {
        ++counts.dead_letters;
        hooks.on_dead_letter(scheduler, *record);
      }
    }
  } catch (...) {
    detail::record_failure(scheduler, context, std::current_exception());
  }
}

}  // namespace circo
