#pragma once

#include <bit>
#include <cstdint>

#include <circo/actor/random.hpp>

namespace circo {

/// A pseudo-random permutation of 0 .. n-1 that can be evaluated both ways without a table: a Feistel network (Luby and
/// Rackoff 1988) of four rounds on the next even power of two, walked until it lands inside (Black and Rogaway 2002).
class Permutation {
 public:
  Permutation(std::uint64_t n, std::uint64_t key) : n_{n}, key_{key}, half_{half_bits(n)} {}

  std::uint64_t operator()(std::uint64_t i) const {
    do i = rounds(i, 0, 4, 1);
    while (i >= n_);
    return i;
  }
  std::uint64_t inverse(std::uint64_t i) const {
    do i = rounds(i, 3, -1, -1);
    while (i >= n_);
    return i;
  }

 private:
  static int half_bits(std::uint64_t n) { return n <= 2 ? 1 : static_cast<int>(std::bit_width(n - 1) + 1) / 2; }
  std::uint64_t rounds(std::uint64_t i, int from, int to, int step) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_) - 1;
    std::uint64_t left = i >> half_, right = i & mask;
    for (int round = from; round != to; round += step) {
      if (step > 0) {
        left ^= mix(key_ + static_cast<std::uint64_t>(round), right) & mask;
        std::swap(left, right);
      } else {
        std::swap(left, right);
        left ^= mix(key_ + static_cast<std::uint64_t>(round), right) & mask;
      }
    }
    return left << half_ | right;
  }

  std::uint64_t n_, key_;
  int half_;
};

}  // namespace circo
