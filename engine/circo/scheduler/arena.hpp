#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include <circo/actor/actor.hpp>
#include <circo/actor/addr.hpp>
#include <circo/actor/position.hpp>
#include <circo/actor/serialize.hpp>
#include <circo/error.hpp>
#include <circo/scheduler/directory.hpp>
#include <circo/scheduler/huge_pages.hpp>

namespace circo {

/// Lies before the state of each actor, so that a delivery touches one place in memory.
struct ActorHead {
  Addr addr;            ///< Addr{} when the slot is free
  std::uint32_t row;    ///< in the arena's columns; the next free slot when free
  std::uint32_t count;  ///< messages delivered in this epoch

  void* state() { return this + 1; }
  const void* state() const { return this + 1; }
};
static_assert(sizeof(ActorHead) == 16);

/// Storage of all actors of one type. Slots never move: chunk k holds 64 * 2^k of them, and the address of a slot takes
/// one table look-up.
class Slab {
 public:
  explicit Slab(const ActorType& type) : type_{&type}, stride_{stride_of(type)} {}

  ActorHead& operator[](std::uint32_t slot) const {
    const std::uint32_t shifted = slot + first_chunk;
    return *reinterpret_cast<ActorHead*>(base_[static_cast<unsigned>(std::countl_zero(shifted))] + shifted * stride_);
  }

  /// A free slot with raw memory for the state.
  std::uint32_t take() {
    if (free_ != no_free) {
      const std::uint32_t slot = free_;
      free_ = (*this)[slot].row;
      return slot;
    }
    if (used_ == capacity_) add_chunk();
    return used_++;
  }
  /// Gives the slot back; its state has been destroyed.
  void give(std::uint32_t slot) {
    ActorHead& head = (*this)[slot];
    head.addr = Addr{};
    head.row = free_;
    free_ = slot;
  }

  const ActorType& type() const { return *type_; }
  std::size_t bytes() const { return capacity_ * stride_; }

 private:
  static constexpr std::uint32_t first_chunk_log = 6;
  static constexpr std::uint32_t first_chunk = 1u << first_chunk_log;
  static constexpr std::uint32_t no_free = 0xFFFFFFFF;

  static std::size_t stride_of(const ActorType& type) {
    const std::size_t align = type.align > 8 ? type.align : 8;
    return (sizeof(ActorHead) + type.size + align - 1) / align * align;
  }
  void add_chunk() {
    const std::size_t slots = std::size_t{first_chunk} << chunks_.size();
    auto* memory = static_cast<std::byte*>(allocate_for_random_access(slots * stride_));
    chunks_.emplace_back(memory);
    // Offset such that base + (slot + first_chunk) * stride is the slot; computed as an integer, as it may lie outside.
    base_[32 - first_chunk_log - chunks_.size()] = reinterpret_cast<std::uintptr_t>(memory) - slots * stride_;
    capacity_ += static_cast<std::uint32_t>(slots);
  }

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  const ActorType* type_;
  std::size_t stride_;
  std::array<std::uintptr_t, 33> base_{};  // by the leading zeros of slot + first_chunk
  std::vector<std::unique_ptr<std::byte, Free>> chunks_;
  std::uint32_t used_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint32_t free_ = no_free;
};

/// A column of the arena that a plugin added: one T an actor.
template <CopiedAsBytes T>
struct Column {
  std::size_t index = 0;
};

/// A scheduler's actors: one slab a type for the states, and dense columns (structure of arrays, one row an actor, no
/// gaps) for what is read of all actors. The row of an actor changes when another dies; its slot does not.
class Arena {
 public:
  explicit Arena(std::span<const ActorType> types) {
    for (const auto& type : types) slabs_.emplace_back(type);
  }
  ~Arena() {
    for (std::uint32_t row = 0; row < size(); ++row) destroy_state(row);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(places_.size()); }

  /// Makes an actor of `type`; `construct(void* state)` builds its state and may throw.
  template <class Construct>
  Place create(ActorNumber type, Addr addr, Position position, std::uint64_t draws, Construct&& construct) {
    Slab& slab = slabs_[type];
    const std::uint32_t slot = slab.take();
    ActorHead& head = slab[slot];
    try {
      construct(head.state());
    } catch (...) {
      slab.give(slot);
      throw;
    }
    head.addr = addr;
    head.row = size();
    head.count = 0;
    const Place place = Place::here(type, slot);
    places_.push_back(place);
    positions_.push_back(position);
    draws_.push_back(draws);
    for (auto& column : columns_) column.data.resize(column.data.size() + column.width);
    return place;
  }

  /// Destroys the actor in `row`; the last row takes its row.
  void destroy(std::uint32_t row) {
    destroy_state(row);
    const Place place = places_[row];
    slabs_[place.type()].give(place.slot());
    const std::uint32_t last = size() - 1;
    if (row != last) {
      places_[row] = places_[last];
      positions_[row] = positions_[last];
      draws_[row] = draws_[last];
      for (auto& column : columns_) std::ranges::copy(column.cell(last), column.cell(row).begin());
      head(row).row = row;
    }
    places_.pop_back();
    positions_.pop_back();
    draws_.pop_back();
    for (auto& column : columns_) column.data.resize(column.data.size() - column.width);
  }

  /// Adds a column, zero for every actor that is made; it goes along when actors move. All schedulers must add the same
  /// columns in the same order.
  template <CopiedAsBytes T>
  Column<T> add_column() {
    columns_.push_back({sizeof(T), Bytes(size() * sizeof(T))});
    return {columns_.size() - 1};
  }
  /// [size()], by row. Valid until an actor is made.
  template <class T>
  std::span<T> column(Column<T> column) {
    return {reinterpret_cast<T*>(columns_[column.index].data.data()), size()};
  }
  /// The cells of one row of all added columns, for an actor that moves.
  void save_columns(std::uint32_t row, Bytes& out) {
    for (auto& column : columns_) append(out, column.cell(row));
  }
  std::size_t column_bytes() const {
    std::size_t sum = 0;
    for (const auto& column : columns_) sum += column.width;
    return sum;
  }
  void load_columns(std::uint32_t row, ByteReader& in) {
    for (auto& column : columns_) std::ranges::copy(in.take(column.width), column.cell(row).begin());
  }

  /// Memory of the slabs.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Slab& slab : slabs_) sum += slab.bytes();
    return sum;
  }

  ActorHead& head(Place place) const { return slabs_[place.type()][place.slot()]; }
  ActorHead& head(std::uint32_t row) const { return head(places_[row]); }
  const ActorType& type(std::uint32_t row) const { return slabs_[places_[row].type()].type(); }
  ActorNumber type_number(std::uint32_t row) const { return places_[row].type(); }
  Addr addr(std::uint32_t row) const { return head(row).addr; }

  /// [size()], by row.
  std::span<Position> positions() { return positions_; }
  std::span<const Position> positions() const { return positions_; }
  /// How often each actor has drawn from its random stream. [size()], by row.
  std::span<std::uint64_t> draws() { return draws_; }

 private:
  void destroy_state(std::uint32_t row) { type(row).destroy(head(row).state()); }

  struct RawColumn {
    std::size_t width;
    Bytes data;
    std::span<std::byte> cell(std::uint32_t row) { return std::span{data}.subspan(row * width, width); }
  };

  std::vector<Slab> slabs_;
  std::vector<RawColumn> columns_;
  std::vector<Place> places_;
  std::vector<Position> positions_;
  std::vector<std::uint64_t> draws_;
};

/// What an actor weighs in the balance of schedulers: its load() if it has one, else the messages delivered to it in
/// this epoch.
inline double load_of(const Arena& arena, std::uint32_t row) {
  const ActorHead& head = arena.head(row);
  const auto own = arena.type(row).load_of;
  if (own == nullptr) return static_cast<double>(head.count);
  try {
    return own(head.state());
  } catch (...) {
    throw Error("actor " + std::string{arena.type(row).name} + " in load(): " + what_of(std::current_exception()));
  }
}

}  // namespace circo
