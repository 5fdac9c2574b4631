#include <cmath>
#include <string>

#include <circo/error.hpp>
#include <circo/space/law.hpp>

namespace circo {

namespace {

/// Within this distance an infoton does not pull any more. Circo's target distance is 15 in a space where a scheduler
/// is 1000 wide and a step 1; here a scheduler is 1 wide.
constexpr float target_distance = 0.015F;
constexpr float step_length = 0.001F;

/// One step toward the source, or away from it when the energy is negative, as long as the energy says.
Position circo_law(Position receiver, const Infoton& infoton) {
  const Position way = infoton.source - receiver;
  const float distance = std::sqrt(way.x * way.x + way.y * way.y + way.z * way.z);
  if (!(distance > 0) || (infoton.energy > 0 && distance < target_distance)) return receiver;
  const float length = std::fmin(step_length * infoton.energy, distance);
  return receiver + length / distance * way;
}

constexpr Law all[] = {
    {"spring", "linear pull along traffic, kept orthonormal: becomes the spectral layout of who talks to whom", nullptr,
     false},
    {"unit", "constant pull along traffic, which favours tight clusters (LinLog)", nullptr, true},
    {"circo", "Circo's original: each message moves its receiver one step toward the sender", circo_law, false},
};

}  // namespace

std::span<const Law> laws() { return all; }

const Law& law_named(std::string_view name) {
  for (const Law& law : all)
    if (law.name == name) return law;
  throw Error("no law is named '" + std::string{name} + "'");
}

}  // namespace circo
