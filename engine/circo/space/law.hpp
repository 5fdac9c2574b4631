#pragma once

#include <span>
#include <string_view>

#include <circo/actor/message.hpp>
#include <circo/actor/position.hpp>

namespace circo {

/// How infotons move actors. `on_infoton` laws move the receiver when its message is delivered; the others pull along
/// the traffic graph in the sweeps of the epoch.
struct Law {
  std::string_view name;
  std::string_view describe;
  /// The place of an actor after an infoton; null for laws that work on the traffic graph.
  Position (*on_infoton)(Position receiver, const Infoton& infoton) = nullptr;
  /// The pull of partners is constant instead of growing with distance.
  bool constant_pull = false;
};

/// All laws; a new one is an entry in law.cpp.
std::span<const Law> laws();
const Law& law_named(std::string_view name);

}  // namespace circo
