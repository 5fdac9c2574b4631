#pragma once

// What kernels for a host's processor may use beyond C++: vectors as GCC and Clang extend the language by them
// (CIRCO_HOST_VECTORS), and x86's own instructions (CIRCO_X86). Neither where the same code is compiled for a GPU.

#if defined(__GNUC__) && !defined(KOKKOS_ENABLE_CUDA) && !defined(KOKKOS_ENABLE_HIP) && !defined(KOKKOS_ENABLE_SYCL)
#define CIRCO_HOST_VECTORS
#if defined(__x86_64__)
#define CIRCO_X86
#include <immintrin.h>
#endif
#endif
