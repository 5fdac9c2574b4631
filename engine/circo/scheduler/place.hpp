#pragma once

#include <cstdint>

#include <circo/actor/actor.hpp>
#include <circo/actor/addr.hpp>

namespace circo {

/// Lies before the state of each actor, so that a delivery touches one place in memory.
struct alignas(16) ActorHead {
  Addr addr;            ///< Addr{} when the slot is free
  std::uint32_t row;    ///< in the arena's columns
  std::uint32_t count;  ///< messages delivered in this epoch

  void* state() { return this + 1; }
  const void* state() const { return this + 1; }
};
static_assert(sizeof(ActorHead) == 16);

/// Where an actor is, in 64 bits: here (its type and its head), at another scheduler, or nowhere (unknown or dead). It
/// holds the pointer itself, so that a look-up ends at the actor: (1, generation 12, type 7, head / 16 44) bits; else
/// (0, generation, elsewhere 1, unused 1, scheduler). The generation of one elsewhere is set by the directory.
class Place {
 public:
  constexpr Place() = default;
  /// `head` has its address and lies below 2^48.
  static Place here(ActorNumber type, const ActorHead& head) {
    return Place{here_bit | std::uint64_t{head.addr.generation()} << generation_shift |
                 std::uint64_t{type} << type_shift | reinterpret_cast<std::uintptr_t>(&head) >> 4};
  }
  static constexpr Place at(SchedulerId scheduler) { return Place{elsewhere | scheduler}; }

  constexpr bool is_here() const { return (bits_ & here_bit) != 0; }
  constexpr bool is_elsewhere() const { return (bits_ & (here_bit | elsewhere)) == elsewhere; }
  constexpr bool is_nowhere() const { return (bits_ & (here_bit | elsewhere)) == 0; }
  constexpr std::uint32_t generation() const {
    return static_cast<std::uint32_t>(bits_ >> generation_shift) & Addr::max_generation;
  }
  constexpr ActorNumber type() const { return bits_ >> type_shift & 0x7F; }
  ActorHead& head() const { return *head_if_here(); }
  /// Not to be followed if the place is not here.
  ActorHead* head_if_here() const {
    return reinterpret_cast<ActorHead*>(bits_ << (64 - type_shift) >> (60 - type_shift));
  }
  constexpr SchedulerId scheduler() const { return static_cast<SchedulerId>(bits_); }
  /// A place elsewhere that nobody has asked for for some time, see `Directory::forget_unused`.
  constexpr bool is_unused() const { return (bits_ & (here_bit | unused)) == unused; }

 private:
  friend class Directory;
  constexpr explicit Place(std::uint64_t bits) : bits_{bits} {}
  static constexpr int type_shift = 44;
  static constexpr int generation_shift = 51;
  static constexpr std::uint64_t here_bit = std::uint64_t{1} << 63;
  static constexpr std::uint64_t elsewhere = std::uint64_t{1} << 50;
  static constexpr std::uint64_t unused = std::uint64_t{1} << 49;

  std::uint64_t bits_ = 0;
};

}  // namespace circo
