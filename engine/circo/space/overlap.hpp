#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace circo {

/// How much the actors that are in a part of one division and in a place of another weigh.
struct Overlap {
  std::uint32_t part;
  std::uint32_t place;
  double weight;
};

/// Names for n parts, a permutation of 0 .. n-1, by which as much as a greedy choice finds stays in its place: the
/// largest overlap first. Overlaps of the same pair add up. [n]
std::vector<std::uint32_t> names_by_overlap(std::vector<Overlap> overlaps, std::uint32_t n);

}  // namespace circo
