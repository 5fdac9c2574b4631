#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/memory.hpp>
#include <circo/scheduler/drain.hpp>

namespace circo::detail {

void record_failure(Scheduler& scheduler, const Context& context, std::exception_ptr thrown) {
  lift_memory_limit();  // it may be what failed, and saying so takes memory
  scheduler.fail(fmt::format("{}{} (scheduler {}, superstep {})", context.where(), what_of(thrown), scheduler.id(),
                             scheduler.superstep()));
}

void refuse_message(const Scheduler& scheduler, const Context& context) {
  throw Error(fmt::format("got message {} but actor type {} does not list it in Receives; sent by {:#x}",
                          scheduler.dispatch().messages[context.record()->message],
                          scheduler.arena().type(context.current()->row).name, context.sender().bits()));
}

}  // namespace circo::detail
