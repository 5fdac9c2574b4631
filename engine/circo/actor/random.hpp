#pragma once

#include <cstdint>
#include <limits>

namespace circo {

/// Finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection of 64 bits that passes for random.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

/// Number b of the sequence that a, already mixed, begins.
constexpr std::uint64_t nth_of_mixed(std::uint64_t a, std::uint64_t b) {
  return mix(a + 0x9E3779B97F4A7C15ull * (b + 1));
}
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) { return nth_of_mixed(mix(a), b); }

/// A uniformly distributed number in [0, 1) from 64 random bits.
constexpr double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

/// A uniformly distributed number in [0, n) from 64 random bits (Lemire's multiplication; bias below n / 2^64).
constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(bits) * n) >> 64);
}

/// A counter-based random stream: draw k of stream `key` is a function of (key, k) only, so a stream is reproduced from
/// its counter alone, on every layout. A UniformRandomBitGenerator; not for cryptography. `Counter` may be a reference.
template <class Counter>
class RandomStream {
 public:
  using result_type = std::uint64_t;
  RandomStream(std::uint64_t key, Counter counter) : mixed_key_{mix(key)}, counter_{counter} {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return nth_of_mixed(mixed_key_, counter_++); }
  /// Draws so far; where the stream is.
  std::uint64_t counter() const { return counter_; }
  void set_counter(std::uint64_t counter) { counter_ = counter; }
  /// In [0, 1).
  double uniform() { return unit_interval((*this)()); }
  /// In [0, n).
  std::uint64_t below(std::uint64_t n) { return circo::below((*this)(), n); }

 private:
  std::uint64_t mixed_key_;
  Counter counter_;
};

using Random = RandomStream<std::uint64_t>;

}  // namespace circo
