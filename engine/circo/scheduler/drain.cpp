#include <fmt/format.h>

#include <circo/memory.hpp>
#include <circo/scheduler/drain.hpp>

namespace circo::detail {

void record_failure(Scheduler& scheduler, const Context& context, std::exception_ptr thrown) {
  std::string what;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    lift_memory_limit();
    what = "out of memory; use more ranks, fewer actors, or raise --max-memory";
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {
    what = "an exception that is not a std::exception";
  }
  std::string where;
  const ActorHead* head = context.current();
  if (head != nullptr && head->addr && context.record() != nullptr) {
    where = fmt::format("actor {} (address {:#x}) on message {}: ",
                        scheduler.dispatch().actors[scheduler.arena().type_number(head->row)].name, head->addr.bits(),
                        scheduler.dispatch().messages[context.record()->message]);
  }
  scheduler.fail(fmt::format("{}{} (scheduler {}, superstep {})", where, what, scheduler.id(), scheduler.superstep()));
}

void refuse_message(const Scheduler& scheduler, const Envelope& record, ActorNumber type) {
  throw Error(fmt::format("got message {} but actor type {} does not list it in Receives; sent by {:#x}",
                          scheduler.dispatch().messages[record.message], scheduler.dispatch().actors[type].name,
                          record.from.bits()));
}

}  // namespace circo::detail
