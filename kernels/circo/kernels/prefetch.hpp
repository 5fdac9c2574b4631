#pragma once

#include <Kokkos_Core.hpp>

namespace circo::kernels {

/// Asks for the cache line at `address`, where that can be asked for. Inlined by force, as GCC drops calls of functions
/// that only prefetch.
KOKKOS_FORCEINLINE_FUNCTION void prefetch([[maybe_unused]] const void* address) {
#if defined(__GNUC__) && !defined(__CUDA_ARCH__) && !defined(__HIP_DEVICE_COMPILE__) && !defined(__SYCL_DEVICE_ONLY__)
  __builtin_prefetch(address);
#endif
}

}  // namespace circo::kernels
