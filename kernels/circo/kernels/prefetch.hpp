#pragma once

#include <cstddef>

#include <Kokkos_Core.hpp>

namespace circo::kernels {

/// Asks for the cache line at `address`, where that can be asked for. Inlined by force, as GCC drops calls of functions
/// that only prefetch.
KOKKOS_FORCEINLINE_FUNCTION void prefetch([[maybe_unused]] const void* address) {
#if defined(__GNUC__) && !defined(__CUDA_ARCH__) && !defined(__HIP_DEVICE_COMPILE__) && !defined(__SYCL_DEVICE_ONLY__)
  __builtin_prefetch(address);
#endif
}

/// Bytes between asking for what an array's loop will read and reading it: two pages, as a processor's own prefetching
/// ends at a page's border, or comes too late for a loop that has something to compute.
inline constexpr std::size_t stream_ahead = 8192;

/// Asks for what lies stream_ahead bytes behind n values, once for each line; it need not be there.
template <class T>
KOKKOS_FORCEINLINE_FUNCTION void ask_ahead(const T* values, std::size_t n) {
  constexpr std::size_t line = 64 / sizeof(T);
  for (std::size_t i = 0; i < n; i += line) prefetch(values + stream_ahead / sizeof(T) + i);
}

}  // namespace circo::kernels
