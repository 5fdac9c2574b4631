#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace circo {

/// Number of a scheduler, 0 .. S-1 over all ranks. Below `max_schedulers`.
using SchedulerId = std::uint32_t;

/// 64-bit location-independent address of an actor: 24 bits home scheduler, 28 bits index in the home's table and 12
/// bits generation of that index. It never changes while the actor lives, wherever the actor moves; once the actor is
/// dead no other actor gets it. The home is where the actor was spawned and always knows where it is. `Addr{}` is
/// nobody.
class Addr {
 public:
  static constexpr int index_bits = 28;
  static constexpr int generation_bits = 12;
  static constexpr SchedulerId max_schedulers = 1u << 24;
  static constexpr std::uint32_t max_index = (1u << index_bits) - 1;
  static constexpr std::uint32_t max_generation = (1u << generation_bits) - 1;

  constexpr Addr() = default;
  /// `generation` starts at 1, so that no address is all zeros.
  constexpr Addr(SchedulerId home, std::uint32_t index, std::uint32_t generation)
      : bits_{(std::uint64_t{home} << (index_bits + generation_bits)) | (std::uint64_t{index} << generation_bits) |
              generation} {}
  static constexpr Addr from_bits(std::uint64_t bits) {
    Addr addr;
    addr.bits_ = bits;
    return addr;
  }

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr SchedulerId home() const { return static_cast<SchedulerId>(bits_ >> (index_bits + generation_bits)); }
  constexpr std::uint32_t index() const { return static_cast<std::uint32_t>(bits_ >> generation_bits) & max_index; }
  constexpr std::uint32_t generation() const { return static_cast<std::uint32_t>(bits_) & max_generation; }

  constexpr explicit operator bool() const { return bits_ != 0; }
  constexpr auto operator<=>(const Addr&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bits_);
  }

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace circo

template <>
struct std::hash<circo::Addr> {
  std::size_t operator()(circo::Addr addr) const noexcept { return addr.bits() * 0x9E3779B97F4A7C15ull; }
};
