#pragma once

#include <cstddef>

#include <Kokkos_Core.hpp>

namespace circo::kernels::detail {

/// Adds neighbors, and their sums again, until N sums of N consecutive groups are left in values[0 .. N): whole
/// vectors at a time, in one order whatever the vectors of the machine. Count is N times a power of two. Lanes: floats
/// of a vector, no more than wrote the values just before, so that they can stay in registers.
template <int N, int Count, int Lanes = 16>
KOKKOS_INLINE_FUNCTION void add_pairs(float* values) {
  if constexpr (Count > N) {
#pragma omp simd simdlen(Lanes)
    for (std::ptrdiff_t k = 0; k < Count / 2; ++k) values[k] = values[2 * k] + values[2 * k + 1];
    add_pairs<N, Count / 2, Lanes>(values);
  }
}

}  // namespace circo::kernels::detail
