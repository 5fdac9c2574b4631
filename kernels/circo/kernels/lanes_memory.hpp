#pragma once

#include <circo/kernels/lanes.hpp>

namespace circo::kernels::detail {

template <int Count, int... K>
KOKKOS_FORCEINLINE_FUNCTION auto load_each(const float* values, std::integer_sequence<int, K...>) {
  return Lanes<sizeof...(K)>{{{(K < Count ? values[K] : 0)...}}};
}

/// The first Count lanes from memory, the others 0.
template <int N, int Count = N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> load(const float* values) {
  Lanes<N> lanes;
  if constexpr (Count == N) {
    memcpy(&lanes, values, sizeof lanes);
  } else if constexpr (Lanes<N>::part_lanes == 1) {
    for (int k = 0; k < N; ++k) lanes.part[k] = k < Count ? values[k] : 0;
  } else if constexpr (N == 8 && Count > 4) {
    lanes = side_by_side(load<4>(values), load<4, Count - 4>(values + 4));
  } else {
    lanes = load_each<Count>(values, Each<N>());
  }
  return lanes;
}

/// The first Count lanes to memory.
template <int Count, int N>
KOKKOS_FORCEINLINE_FUNCTION void store(const Lanes<N>& lanes, float* values) {
  constexpr int m = Lanes<N>::part_lanes;
  for (int p = 0; p < Lanes<N>::n_parts; ++p) {
    const int left = Count - p * m;
    if constexpr (m == 1) {
      if (left > 0) values[p] = lanes.part[p];
    } else {
#pragma omp simd
      for (int k = 0; k < (left < m ? left : m); ++k) values[p * m + k] = lanes.part[p][k];
    }
  }
}

/// Whether 16 numbers are all in first .. first + n.
KOKKOS_FORCEINLINE_FUNCTION bool all_within(const std::uint32_t* numbers, std::uint32_t first, std::uint32_t n) {
#if defined(CIRCO_X86) && defined(__AVX512F__)
  // GCC makes ten instructions of the end of the reduction.
  const auto beyond = _mm512_sub_epi32(_mm512_loadu_si512(numbers), _mm512_set1_epi32(static_cast<int>(first)));
  return _mm512_cmpge_epu32_mask(beyond, _mm512_set1_epi32(static_cast<int>(n))) == 0;
#else
  std::uint32_t outside = 0;
#pragma omp simd reduction(| : outside)
  for (int lane = 0; lane < 16; ++lane) outside |= numbers[lane] - first >= n ? 1 : 0;
  return outside == 0;
#endif
}

}  // namespace circo::kernels::detail
