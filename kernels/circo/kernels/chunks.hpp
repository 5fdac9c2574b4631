#pragma once

#include <span>

#include <circo/kernels/views.hpp>

namespace circo::kernels {

/// Most rows that one work item adds up, one after another, before its sum is rounded.
inline constexpr Index chunk_rows = 256;

/// A rank's local rows cut into chunks of at most chunk_rows consecutive rows of one segment (scheduler), from the
/// start of each segment. So a scheduler has the same chunks wherever it is hosted, and sums over them, which are
/// rounded to fixed point, come out the same.
class Chunks {
 public:
  Chunks() = default;
  /// segment_offsets [n_segments + 1] ascends from 0 to n_local; empty means no rows. Throws std::invalid_argument.
  explicit Chunks(std::span<const Index> segment_offsets);

  Index size() const { return static_cast<Index>(bounds_.extent(0)); }
  Index n_rows() const { return n_rows_; }
  /// [size][2], first row and one past the last of each chunk
  const Kokkos::View<const Index* [2], Kokkos::LayoutRight, Memory>& bounds() const { return bounds_; }

  private : Kokkos::View<const Index* [2], Kokkos::LayoutRight, Memory> bounds_;
  Index n_rows_ = 0;
};

}  // namespace circo::kernels
