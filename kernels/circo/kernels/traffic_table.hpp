#pragma once

#include <circo/kernels/random.hpp>
#include <circo/kernels/views.hpp>

namespace circo::kernels::detail {

/// Traffic by label in an open-addressing table (linear probing) over memory that the caller lends, of twice as many
/// slots as labels will come. Lives in a kernel; one work item uses it.
class TrafficTable {
 public:
  KOKKOS_INLINE_FUNCTION TrafficTable(std::uint32_t* keys, float* traffic, std::uint64_t capacity)
      : keys_(keys), traffic_(traffic), capacity_(capacity) {
    for (std::uint64_t slot = 0; slot < capacity; ++slot) keys_[slot] = no_label;
  }

  KOKKOS_INLINE_FUNCTION void add(std::uint32_t label, float weight) {
    const auto slot = slot_of(label);
    const bool is_new = keys_[slot] == no_label;
    keys_[slot] = label;
    traffic_[slot] = is_new ? weight : traffic_[slot] + weight;
  }

  /// The same where more labels may come than there is room for: a new one that finds the table all but full is left
  /// out.
  KOKKOS_INLINE_FUNCTION void add_if_room(std::uint32_t label, float weight) {
    const auto slot = slot_of(label);
    if (keys_[slot] == no_label && ++used_ == capacity_) {
      --used_;
      return;
    }
    traffic_[slot] = keys_[slot] == no_label ? weight : traffic_[slot] + weight;
    keys_[slot] = label;
  }

  /// 0 for a label that never came.
  KOKKOS_INLINE_FUNCTION float traffic_with(std::uint32_t label) const {
    if (capacity_ == 0) return 0;
    const auto slot = slot_of(label);
    return keys_[slot] == no_label ? 0 : traffic_[slot];
  }

  /// For going over all labels: slots [0, capacity), of which some hold no_label.
  KOKKOS_INLINE_FUNCTION std::uint64_t capacity() const { return capacity_; }
  KOKKOS_INLINE_FUNCTION std::uint32_t label_at(std::uint64_t slot) const { return keys_[slot]; }
  KOKKOS_INLINE_FUNCTION float traffic_at(std::uint64_t slot) const { return traffic_[slot]; }

 private:
  KOKKOS_INLINE_FUNCTION std::uint64_t slot_of(std::uint32_t label) const {
    // The upper half of the hash as a fraction of the capacity (which is below 2^32), without a division.
    std::uint64_t slot = ((mix(label) >> 32) * capacity_) >> 32;
    while (keys_[slot] != no_label && keys_[slot] != label) slot = slot + 1 == capacity_ ? 0 : slot + 1;
    return slot;
  }

  std::uint32_t* keys_;
  float* traffic_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;  // by add_if_room
};

}  // namespace circo::kernels::detail
