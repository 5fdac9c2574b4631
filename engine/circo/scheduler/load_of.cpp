#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/scheduler/load_of.hpp>

namespace circo {

namespace {

constexpr double most = 1e30;  // sums of them stay finite in single precision

[[noreturn]] void refuse(const Scheduler& scheduler, std::uint32_t row, const std::string& why) {
  const Arena& arena = scheduler.arena();
  throw Error(fmt::format("actor {} (address {:#x}) in load(): {} (scheduler {}, superstep {})", arena.type(row).name,
                          arena.addr(row).bits(), why, scheduler.id(), scheduler.superstep()));
}

}  // namespace

double load_of(const Scheduler& scheduler, std::uint32_t row) {
  const Arena& arena = scheduler.arena();
  const ActorHead& head = arena.head(row);
  const auto own = arena.type(row).load_of;
  if (own == nullptr) return static_cast<double>(head.count);
  double load = 0;
  try {
    load = own(head.state());
  } catch (...) {
    refuse(scheduler, row, what_of(std::current_exception()));
  }
  if (!(load >= 0 && load <= most))
    refuse(scheduler, row, fmt::format("it returned {}; expected a number from 0 to {}", load, most));
  return load;
}

}  // namespace circo
