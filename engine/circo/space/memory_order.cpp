#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/space/luggage.hpp>
#include <circo/space/memory_order.hpp>

namespace circo {

namespace {

/// The lower 21 bits of x at every third place.
std::uint64_t spread(std::uint64_t x) {
  x = (x | x << 32) & 0x1F00000000FFFF;
  x = (x | x << 16) & 0x1F0000FF0000FF;
  x = (x | x << 8) & 0x100F00F00F00F00F;
  x = (x | x << 4) & 0x10C30C30C30C30C3;
  return (x | x << 2) & 0x1249249249249249;
}

/// Where a coordinate lies between `low` and `high`, in 21 bits.
std::uint64_t cell(float x, float low, float high) {
  const double share = (double{x} - low) / (double{high} - low);
  return share > 0 ? static_cast<std::uint64_t>(std::min(share, 1.0) * 0x1FFFFF) : 0;  // not a number: anywhere
}

struct Stop {
  std::uint64_t on_curve;
  Addr addr;
  std::uint32_t row;
  auto operator<=>(const Stop&) const = default;
};

/// Who comes where on the curve; at one place by address.
std::vector<Stop> stops_of(const Arena& arena) {
  const auto positions = arena.positions();
  constexpr float most = std::numeric_limits<float>::max();
  Position low{most, most, most}, high{-most, -most, -most};
  for (const Position& at : positions) {
    low = {std::min(low.x, at.x), std::min(low.y, at.y), std::min(low.z, at.z)};
    high = {std::max(high.x, at.x), std::max(high.y, at.y), std::max(high.z, at.z)};
  }
  std::vector<Stop> order;
  order.reserve(positions.size());
  for (std::uint32_t row = 0; row < arena.size(); ++row) {
    const Position& at = positions[row];
    order.push_back({spread(cell(at.x, low.x, high.x)) << 2 | spread(cell(at.y, low.y, high.y)) << 1 |
                         spread(cell(at.z, low.z, high.z)),
                     arena.addr(row), row});
  }
  std::ranges::sort(order);
  return order;
}

}  // namespace

void lay_out_along_curve(Scheduler& scheduler) {
  Arena& arena = scheduler.arena();
  try {
    Bytes luggage;
    for (const Stop& stop : stops_of(arena)) pack_actor(scheduler, stop.row, {}, luggage);
    arena.clear();
    ByteReader in{luggage};
    while (!in.empty()) {
      const auto head = ByteReader{in.rest()}.get<Luggage>();
      unpack_actor(scheduler, in.take(head.bytes), {});
    }
  } catch (...) {
    scheduler.fail(fmt::format("actors could not be laid out in memory: {} (scheduler {}, superstep {})",
                               what_of(std::current_exception()), scheduler.id(), scheduler.superstep()));
  }
}

}  // namespace circo
