#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include <Kokkos_Core.hpp>

#include <circo/kernels/host_vectors.hpp>

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

#if defined(CIRCO_HOST_VECTORS)

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

/// As many lanes as `Wide` has, of which the first are those of a.
template <class Wide, class Part>
KOKKOS_FORCEINLINE_FUNCTION Wide widened(const Part& a) {
  constexpr int n = sizeof a / sizeof(float);
#if defined(CIRCO_X86) && defined(__AVX512F__)
  if constexpr (n == 4 && sizeof(Wide) == 64) return __builtin_bit_cast(Wide, _mm512_castps128_ps512(a));
#endif
  if constexpr (sizeof a == sizeof(Wide)) {
    return a;
  } else {  // twice as wide at a time, as GCC goes through memory for more
    return widened<Wide>(shuffled<[](int k) { return k < n ? k : -1; }>(a, a, Each<2 * n>()));
  }
}

/// The first `left` of four lanes, then 0. The mask is read, not computed, as instructions on vectors are what the
/// pulls take their time for, and without a branch, which GCC would make of a maximum.
template <class Part>
KOKKOS_FORCEINLINE_FUNCTION Part first_of(const Part& a, int left) {
  using Bits [[gnu::vector_size(4 * sizeof(float))]] = std::uint32_t;
  static constexpr std::uint32_t ones_then_zeros[] = {~0U, ~0U, ~0U, ~0U, 0, 0, 0, 0};
  const int missing = 4 - left;
  Bits mask;
  memcpy(&mask, ones_then_zeros + (missing & ~(missing >> 31)), sizeof mask);
  return __builtin_bit_cast(Part, __builtin_bit_cast(Bits, a) & mask);
}

#else

constexpr int widest_part = 1;
// Never called: parts of one float have no order.
template <auto From, class Part, class Sequence>
Part shuffled(const Part&, const Part&, Sequence);
template <class Wide, class Part>
Wide widened(const Part&);
template <class Part>
Part first_of(const Part&, int);

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

/// Where lane k of turned() comes from.
template <int Width, int Count, int S>
KOKKOS_FORCEINLINE_FUNCTION constexpr int turned_from(int k) {
  return k % Width < Count ? k / Width * Width + (k % Width + S) % Count : k;
}
/// In every `Width` lanes, 4 or 8, the first `Count` turn round by S: lane k is lane (k + S) % Count of them.
template <int Width, int Count, int S, int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> turned(const Lanes<N>& a) {
  constexpr int m = Lanes<N>::part_lanes;
  Lanes<N> result;
  for (int p = 0; p < Lanes<N>::n_parts; ++p) {
    if constexpr (m == 1) {
      result.part[p] = a.part[turned_from<Width, Count, S>(p)];
    } else if constexpr (m >= Width) {
      result.part[p] = shuffled<turned_from<Width, Count, S>>(a.part[p], a.part[p], Each<m>());
    } else {
      const auto &low = a.part[p & ~1], &high = a.part[p | 1];
      result.part[p] = p % 2 == 0
                           ? shuffled<turned_from<Width, Count, S>>(low, high, Each<m>())
                           : shuffled<[](int k) { return turned_from<Width, Count, S>(m + k); }>(low, high, Each<m>());
    }
  }
  return result;
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

/// The first half of the lanes, or with Half = 1 the second.
template <int Half, int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N / 2> half(const Lanes<N>& ab) {
  constexpr int n = Lanes<N / 2>::n_parts;
  Lanes<N / 2> result;
  if constexpr (Lanes<N>::n_parts == n) {
    result.part[0] = shuffled<[](int k) { return Half * N / 2 + k; }>(ab.part[0], ab.part[0], Each<N / 2>());
  } else {
    for (int p = 0; p < n; ++p) result.part[p] = ab.part[Half * n + p];
  }
  return result;
}
template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N / 2> sum_of_halves(const Lanes<N>& ab) {
  return half<0>(ab) + half<1>(ab);
}

/// N lanes: half of them lane A of a, the others lane B.
template <int N, int A, int B>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> spread(const Lanes<4>& a) {
  constexpr int m = Lanes<N>::part_lanes, n_parts = Lanes<N>::n_parts;
  Lanes<N> result;
  if constexpr (m == 1) {
    for (int p = 0; p < n_parts; ++p) result.part[p] = a.part[p < n_parts / 2 ? A : B];
  } else {
    const auto& four = a.part[0];
    if constexpr (n_parts == 1) {
      const auto wide = widened<typename Lanes<N>::Part>(four);
      result.part[0] = shuffled<[](int k) { return k < N / 2 ? A : B; }>(wide, wide, Each<m>());
    } else {  // every four lanes the same first, as then nothing crosses them
      const auto all = shuffled<[](int k) { return k % 4; }>(four, four, Each<m>());
      for (int p = 0; p < n_parts; ++p)
        result.part[p] = p < n_parts / 2 ? shuffled<[](int k) { return k / 4 * 4 + A; }>(all, all, Each<m>())
                                         : shuffled<[](int k) { return k / 4 * 4 + B; }>(all, all, Each<m>());
    }
  }
  return result;
}

/// The first `left` lanes of a, then 0. left >= 0.
template <int N>
KOKKOS_FORCEINLINE_FUNCTION Lanes<N> up_to(int left, Lanes<N> a) {
  static_assert(N == 4);
  if constexpr (Lanes<N>::part_lanes == 1) {
    for (int p = 0; p < N; ++p) a.part[p] = p < left ? a.part[p] : 0;
  } else {
    a.part[0] = first_of(a.part[0], left);
  }
  return a;
}

}  // namespace circo::kernels::detail
