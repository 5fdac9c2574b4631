#pragma once

#include <cstdint>

#include <circo/actor/addr.hpp>
#include <circo/scheduler/record_buffer.hpp>

namespace circo {

/// Mail on its way to a scheduler.
struct Outbox {
  SchedulerId to;
  RecordBuffer records{};
  /// What a message this way adds to the counts, 0 or 1.
  std::uint64_t sent_away = 0, sent_off_rank = 0;
};

}  // namespace circo
