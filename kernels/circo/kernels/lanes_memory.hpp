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

template <auto From, int First, class Part, int... K>
KOKKOS_FORCEINLINE_FUNCTION Part gather_part(const float* values, int left, std::integer_sequence<int, K...>) {
  if constexpr (sizeof...(K) == 1) {
    return From(First) < left ? values[From(First)] : 0;
  } else {
    Part all;
    memcpy(&all, values, sizeof all);
    auto result = shuffled<[](int k) { return From(First + k); }>(all, all, Each<sizeof...(K)>());
#pragma omp simd
    for (int k = 0; k < static_cast<int>(sizeof...(K)); ++k) result[k] = From(First + k) < left ? result[k] : 0;
    return result;
  }
}
template <auto From, int N, int... P>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> gather_parts(const float* values, int left, std::integer_sequence<int, P...>) {
  constexpr int m = Lanes<N>::part_lanes;
  return {{gather_part<From, P * m, typename Lanes<N>::Part>(values, left, Each<m>())...}};
}

/// Lane k is values[From(k)], one of the first four, if From(k) < left, else 0. Reads up to N values, as a value that
/// is read only if it counts needs a masked load, which stops the hardware's prefetching.
template <int N, auto From>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> gather(const float* values, int left) {
  return gather_parts<From, N>(values, left, Each<Lanes<N>::n_parts>());
}

}  // namespace circo::kernels::detail
