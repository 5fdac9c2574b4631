#pragma once

#include <cstddef>

#include <Kokkos_Core.hpp>

namespace circo::kernels::detail {

/// Adds neighbors, and their sums again, until N sums of N consecutive groups are left in values[0 .. N): whole
/// vectors at a time, in one order whatever the vectors of the machine. Count is N times a power of two.
template <int N, int Count>
KOKKOS_INLINE_FUNCTION void add_pairs(float* values) {
  if constexpr (Count > N) {
#pragma omp simd
    for (std::ptrdiff_t k = 0; k < Count / 2; ++k) values[k] = values[2 * k] + values[2 * k + 1];
    add_pairs<N, Count / 2>(values);
  }
}

}  // namespace circo::kernels::detail
