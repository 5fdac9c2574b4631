#pragma once

#include <cstdint>

#include <Kokkos_Core.hpp>

namespace circo::kernels {

/// The output function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
KOKKOS_INLINE_FUNCTION std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Random bits as a function of what they are for (a counter-based generator): the same on any layout, in any order.
KOKKOS_INLINE_FUNCTION std::uint64_t random_bits(std::uint64_t stream, std::uint64_t id, std::uint64_t counter = 0) {
  return mix(mix(mix(stream) ^ id) ^ counter);
}

/// The upper 24 bits as a uniform real in [-1, 1).
KOKKOS_INLINE_FUNCTION float signed_unit(std::uint64_t bits) {
  return static_cast<float>(bits >> 40) * (1.0f / 8388608.0f) - 1.0f;
}

}  // namespace circo::kernels
