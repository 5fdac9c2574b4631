#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <circo/actor/actor.hpp>
#include <circo/actor/addr.hpp>
#include <circo/actor/position.hpp>
#include <circo/actor/serialize.hpp>
#include <circo/error.hpp>
#include <circo/scheduler/huge_pages.hpp>
#include <circo/scheduler/place.hpp>

namespace circo {

/// Storage of all actors of one type. Slots never move; each chunk is as large as all before it together.
class Slab {
 public:
  explicit Slab(const ActorType& type) : type_{&type}, stride_{stride_of(type)} {}

  /// A free slot with raw memory for the state.
  ActorHead& take() {
    if (free_ != nullptr) {
      ActorHead& head = *free_;
      free_ = next_free(head);
      return head;
    }
    if (fresh_ == fresh_end_) add_chunk(std::max(bytes_, first_chunk * stride_));
    auto& head = *reinterpret_cast<ActorHead*>(fresh_);
    fresh_ += stride_;
    return head;
  }
  /// Gives the slot back; its state has been destroyed.
  void give(ActorHead& head) {
    head.addr = Addr{};
    next_free(head) = free_;
    free_ = &head;
  }

  /// Takes back all slots, whose states have been destroyed; those taken next lie one after another.
  void clear() {
    chunks_.clear();
    free_ = nullptr;
    fresh_ = fresh_end_ = nullptr;
    if (const std::size_t bytes = std::exchange(bytes_, 0); bytes != 0) add_chunk(bytes);
  }

  const ActorType& type() const { return *type_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t stride() const { return stride_; }

 private:
  static constexpr std::size_t first_chunk = 64;  // slots

  /// A multiple of 16, as a Place has no bits for more; and small actors do not lie across two cache lines.
  static std::size_t stride_of(const ActorType& type) {
    return (sizeof(ActorHead) + type.size + alignof(ActorHead) - 1) / alignof(ActorHead) * alignof(ActorHead);
  }
  /// Lies in the place of the state.
  static ActorHead*& next_free(ActorHead& head) { return *static_cast<ActorHead**>(head.state()); }

  void add_chunk(std::size_t added) {
    fresh_ = static_cast<std::byte*>(allocate_for_random_access(added));
    fresh_end_ = fresh_ + added;
    chunks_.emplace_back(fresh_);
    bytes_ += added;
    if (reinterpret_cast<std::uintptr_t>(fresh_end_) >> 48 != 0)
      throw Error("memory lies beyond 2^48 bytes; expected 48-bit addresses, as most systems give by default");
  }

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  const ActorType* type_;
  std::size_t stride_;
  std::vector<std::unique_ptr<std::byte, Free>> chunks_;
  std::byte* fresh_ = nullptr;  // slots never used, in the last chunk
  std::byte* fresh_end_ = nullptr;
  ActorHead* free_ = nullptr;
  std::size_t bytes_ = 0;
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
    ActorHead& head = slab.take();
    try {
      construct(head.state());
    } catch (...) {
      slab.give(head);
      throw;
    }
    head.addr = addr;
    head.row = size();
    head.count = 0;
    const Place place = Place::here(type, head);
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
    slabs_[place.type()].give(place.head());
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

  /// Destroys all actors. Those made next lie one after another.
  void clear() {
    for (std::uint32_t row = 0; row < size(); ++row) destroy_state(row);
    places_.clear();
    positions_.clear();
    draws_.clear();
    for (auto& column : columns_) column.data.clear();
    for (Slab& slab : slabs_) slab.clear();
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

  /// Bytes of the largest type of actor that there is room for, its head included.
  std::size_t largest_actor() const {
    std::size_t largest = 0;
    for (const Slab& slab : slabs_)
      if (slab.bytes() != 0) largest = std::max(largest, slab.stride());
    return largest;
  }
  /// Memory of the slabs.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Slab& slab : slabs_) sum += slab.bytes();
    return sum;
  }

  static ActorHead& head(Place place) { return place.head(); }
  ActorHead& head(std::uint32_t row) const { return places_[row].head(); }
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
  RandomAccessVector<Place> places_;
  RandomAccessVector<Position> positions_;
  RandomAccessVector<std::uint64_t> draws_;
};

}  // namespace circo
