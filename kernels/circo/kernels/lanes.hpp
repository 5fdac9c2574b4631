#pragma once

#include <cmath>
#include <cstring>
#include <utility>

#include <Kokkos_Core.hpp>

// Floats that lie side by side in the vectors of a host's processor; elsewhere they are single floats with the same
// results. The type is GCC's and Clang's extension, as what becomes of a loop that moves floats between lanes is the
// compiler's choice: it took them apart.
namespace circo::kernels::detail {

template <int M>
using Each = std::make_integer_sequence<int, M>;

/// M floats in one register.
template <int M>
struct PartOf;
template <>
struct PartOf<1> {
  using type = float;
};

#if defined(__GNUC__) && !defined(KOKKOS_ENABLE_CUDA) && !defined(KOKKOS_ENABLE_HIP) && !defined(KOKKOS_ENABLE_SYCL)

#if defined(__AVX512F__)
constexpr int widest_part = 16;
#elif defined(__AVX__)
constexpr int widest_part = 8;
#else
constexpr int widest_part = 4;
#endif

template <int M>
struct PartOf {
  using type [[gnu::vector_size(M * sizeof(float))]] = float;
};

/// Lane k is lane From(k) of a with b behind it.
template <auto From, class Part, int... K>
KOKKOS_FORCEINLINE_FUNCTION auto shuffled(const Part& a, const Part& b, std::integer_sequence<int, K...>) {
  return __builtin_shufflevector(a, b, From(K)...);
}

#else

constexpr int widest_part = 1;
template <auto From, class Part, class Sequence>
Part shuffled(const Part&, const Part&, Sequence);  // never called: parts of one float have no order

#endif

/// N floats in as few registers as the processor allows. N is 4, 8 or 16.
template <int N>
struct Lanes {
  static constexpr int part_lanes = N < widest_part ? N : widest_part, n_parts = N / part_lanes;
  using Part = typename PartOf<part_lanes>::type;
  Part part[n_parts];

  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator+(Lanes a, const Lanes& b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] += b.part[p];
    return a;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator+(Lanes a, float b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] += b;
    return a;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator-(Lanes a, const Lanes& b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] -= b.part[p];
    return a;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator*(Lanes a, const Lanes& b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] *= b.part[p];
    return a;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator*(Lanes a, float b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] *= b;
    return a;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Lanes operator/(Lanes a, const Lanes& b) {
    for (int p = 0; p < n_parts; ++p) a.part[p] /= b.part[p];
    return a;
  }
};

template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> roots(Lanes<N> a) {
  constexpr int m = Lanes<N>::part_lanes;
  for (auto& part : a.part) {
    if constexpr (m == 1) {
      part = sqrtf(part);
    } else {
#pragma omp simd
      for (int k = 0; k < m; ++k) part[k] = sqrtf(part[k]);
    }
  }
  return a;
}

/// In every four lanes A, B, C and D of those of a, which are 0 .. 3, and of b, 4 .. 7.
template <int A, int B, int C, int D, int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> fours(const Lanes<N>& a, const Lanes<N>& b) {
  constexpr int m = Lanes<N>::part_lanes;
  constexpr auto from = [](int k) {
    const int of = k % 4 == 0 ? A : k % 4 == 1 ? B : k % 4 == 2 ? C : D;
    return k / 4 * 4 + of % 4 + (of < 4 ? 0 : m);
  };
  Lanes<N> result;
  for (int p = 0; p < Lanes<N>::n_parts; ++p) {
    if constexpr (m == 1) {
      const int of = p % 4 == 0 ? A : p % 4 == 1 ? B : p % 4 == 2 ? C : D;
      result.part[p] = (of < 4 ? a : b).part[p / 4 * 4 + of % 4];
    } else {
      result.part[p] = shuffled<from>(a.part[p], b.part[p], Each<m>());
    }
  }
  return result;
}
template <int A, int B, int C, int D, int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> fours(const Lanes<N>& a) {
  return fours<A, B, C, D>(a, a);
}

/// Every four lanes and the next four change places.
template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> fours_swapped(const Lanes<N>& a) {
  constexpr int m = Lanes<N>::part_lanes;
  Lanes<N> result;
  for (int p = 0; p < Lanes<N>::n_parts; ++p) {
    if constexpr (m <= 4) {
      result.part[p] = a.part[p ^ (4 / m)];
    } else {
      result.part[p] = shuffled<[](int k) { return k ^ 4; }>(a.part[p], a.part[p], Each<m>());
    }
  }
  return result;
}

/// The lanes of a, those of b behind them.
template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<2 * N> side_by_side(const Lanes<N>& a, const Lanes<N>& b) {
  constexpr int n = Lanes<N>::n_parts;
  Lanes<2 * N> result;
  if constexpr (Lanes<2 * N>::n_parts == n) {
    result.part[0] = shuffled<[](int k) { return k; }>(a.part[0], b.part[0], Each<2 * N>());
  } else {
    for (int p = 0; p < n; ++p) result.part[p] = a.part[p];
    for (int p = 0; p < n; ++p) result.part[n + p] = b.part[p];
  }
  return result;
}

template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N / 2> sum_of_halves(const Lanes<N>& ab) {
  constexpr int n = Lanes<N / 2>::n_parts;
  Lanes<N / 2> result;
  if constexpr (Lanes<N>::n_parts == n) {
    const auto& both = ab.part[0];
    result.part[0] = shuffled<[](int k) { return k; }>(both, both, Each<N / 2>()) +
                     shuffled<[](int k) { return N / 2 + k; }>(both, both, Each<N / 2>());
  } else {
    for (int p = 0; p < n; ++p) result.part[p] = ab.part[p] + ab.part[n + p];
  }
  return result;
}

}  // namespace circo::kernels::detail
