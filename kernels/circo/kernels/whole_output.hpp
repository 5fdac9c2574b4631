#pragma once

#include <cstdint>

#include <circo/kernels/cache.hpp>
#include <circo/kernels/host_vectors.hpp>
#include <circo/kernels/views.hpp>

namespace circo::kernels::detail {

/// An array that a kernel writes from end to end and does not read. One that no cache holds is written past the caches,
/// as memcpy does, since a store through them reads the line before: a quarter of the time of a pull.
class WholeOutput {
 public:
  /// values [n], contiguous; cache: bytes of the largest one.
  template <class View>
  explicit WholeOutput(const View& values, std::size_t cache = last_level_cache())
      : values_{values.data()},
        past_caches_{can_pass_caches && values.size() * sizeof(float) > cache &&
                     reinterpret_cast<std::uintptr_t>(values.data()) % line == 0} {}

  /// Writes N values from place `first` on, a multiple of N.
  template <int N>
  KOKKOS_FORCEINLINE_FUNCTION void write(std::size_t first, const float* values) const {
    float* to = values_ + first;
    constexpr int in_line = line / sizeof(float);
    if (N % in_line == 0 && past_caches_) {
      // No fence: the locked instruction of a barrier orders them for other threads.
      for (int k = 0; k < N; k += in_line) write_past_caches(to + k, values + k);
    } else {
      for (int k = 0; k < N; ++k) to[k] = values[k];
    }
  }
  /// The same for the last n values.
  KOKKOS_FORCEINLINE_FUNCTION void write(std::size_t first, const float* values, int n) const {
    for (int k = 0; k < n; ++k) values_[first + k] = values[k];
  }

 private:
  static constexpr int line = 64;
#if defined(CIRCO_X86)
  static constexpr bool can_pass_caches = true;
#else
  static constexpr bool can_pass_caches = false;
#endif

  /// One line, by the widest stores there are: with four narrow ones unit_pull gains half of it.
  KOKKOS_FORCEINLINE_FUNCTION static void write_past_caches([[maybe_unused]] float* to,
                                                            [[maybe_unused]] const float* values) {
#if defined(CIRCO_X86) && defined(__AVX512F__)
    _mm512_stream_ps(to, _mm512_loadu_ps(values));
#elif defined(CIRCO_X86) && defined(__AVX__)
    for (int k = 0; k < 16; k += 8) _mm256_stream_ps(to + k, _mm256_loadu_ps(values + k));
#elif defined(CIRCO_X86)
    for (int k = 0; k < 16; k += 4) _mm_stream_ps(to + k, _mm_loadu_ps(values + k));
#endif
  }

  float* values_;
  bool past_caches_;
};

}  // namespace circo::kernels::detail
