#pragma once

#include <circo/actor/addr.hpp>
#include <circo/scheduler/record_buffer.hpp>

namespace circo {

/// Mail on its way to a scheduler.
struct Outbox {
  SchedulerId to;
  RecordBuffer records{};
};

}  // namespace circo
