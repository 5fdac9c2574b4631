#pragma once

#include <vector>

#include <circo/actor/addr.hpp>
#include <circo/actor/position.hpp>

namespace circo {

/// The places of S schedulers on a regular 3D grid of unit spacing, as near to a cube as it gets, centred at the
/// origin.
inline std::vector<Position> scheduler_grid(SchedulerId schedulers) {
  SchedulerId side = 1;
  while (side * side * side < schedulers) ++side;
  const SchedulerId depth = (schedulers + side * side - 1) / (side * side);
  const SchedulerId width = (schedulers + side * depth - 1) / (side * depth);
  std::vector<Position> places;
  for (SchedulerId s = 0; s < schedulers; ++s) {
    auto centred = [](SchedulerId at, SchedulerId extent) {
      return static_cast<float>(at) - static_cast<float>(extent - 1) / 2;
    };
    places.push_back({centred(s % side, side), centred(s / side % width, width), centred(s / side / width, depth)});
  }
  return places;
}

}  // namespace circo
