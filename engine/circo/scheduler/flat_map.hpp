#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <circo/scheduler/huge_pages.hpp>

namespace circo {

/// Keys that count upwards are spread evenly (Fibonacci hashing: by the high bits of the product).
struct SpreadKeys {
  static std::size_t slot(std::uint64_t key, int bits) { return (key * 0x9E3779B97F4A7C15ull) >> (64 - bits); }
};

/// Open-addressing hash map from non-zero 64-bit keys to small trivially copyable values: linear probing, load at most
/// 1/2, backward-shift deletion. Iteration order depends on the history, so nothing that must be reproducible may
/// iterate it.
template <class Value, class Hash = SpreadKeys>
class FlatMap {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  Value* find(std::uint64_t key) {
    if (size_ == 0) return nullptr;
    for (std::size_t i = slot(key);; i = (i + 1) & mask()) {
      if (cells_[i].key == key) return &cells_[i].value;
      if (cells_[i].key == 0) return nullptr;
    }
  }
  const Value* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  /// Where `find` begins to look.
  const void* first_cell(std::uint64_t key) const { return empty() ? nullptr : &cells_[slot(key)]; }

  /// The value of `key`, made if it is not there yet; second: whether it was made. Invalidates pointers.
  std::pair<Value*, bool> insert(std::uint64_t key, Value value = {}) {
    if (2 * (size_ + 1) > cells_.size()) grow();
    std::size_t i = slot(key);
    while (cells_[i].key != 0) {
      if (cells_[i].key == key) return {&cells_[i].value, false};
      i = (i + 1) & mask();
    }
    cells_[i] = {key, value};
    ++size_;
    return {&cells_[i].value, true};
  }
  void set(std::uint64_t key, Value value) { *insert(key).first = value; }

  bool erase(std::uint64_t key) {
    if (size_ == 0) return false;
    std::size_t i = slot(key);
    while (cells_[i].key != key) {
      if (cells_[i].key == 0) return false;
      i = (i + 1) & mask();
    }
    for (std::size_t j = (i + 1) & mask(); cells_[j].key != 0; j = (j + 1) & mask()) {
      const std::size_t home = slot(cells_[j].key);
      if (((j - home) & mask()) >= ((j - i) & mask())) {
        cells_[i] = cells_[j];
        i = j;
      }
    }
    cells_[i] = {};
    --size_;
    return true;
  }

  /// Makes room for `n` keys, so that it need not grow on the way.
  void reserve(std::size_t n) {
    if (2 * n > cells_.size()) resize(std::bit_ceil(std::max(2 * n, least_cells)));
  }

  void clear() {
    cells_.clear();
    size_ = 0;
  }

  template <class Use>
  void for_each(Use&& use) const {
    for (const auto& cell : cells_)
      if (cell.key != 0) use(cell.key, cell.value);
  }

 private:
  static constexpr std::size_t least_cells = 16;
  struct Cell {
    std::uint64_t key = 0;
    Value value{};
  };
  std::size_t mask() const { return cells_.size() - 1; }
  std::size_t slot(std::uint64_t key) const { return Hash::slot(key, bits_); }
  void grow() { resize(cells_.empty() ? least_cells : 2 * cells_.size()); }
  void resize(std::size_t cells) {
    const auto old = std::exchange(cells_, RandomAccessVector<Cell>(cells));
    bits_ = std::countr_zero(cells);
    size_ = 0;
    for (const auto& cell : old)
      if (cell.key != 0) insert(cell.key, cell.value);
  }

  RandomAccessVector<Cell> cells_;
  std::size_t size_ = 0;
  int bits_ = 0;  // the number of cells is 2^bits_
};

}  // namespace circo
