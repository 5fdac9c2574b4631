#pragma once

#include <type_traits>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/lanes_memory.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels::detail {

/// Pairs of rows whose products are added one after another, before their sum is added to that of the chunk: all in
/// float, as a vector holds twice as many floats.
inline constexpr Index pairs_in_run = 16, rows_in_run = 2 * pairs_in_run;
/// What that costs at most, of the sum of absolute values: two roundings a product, one an addition. The rounding of f,
/// and of x to float, costs as much.
inline constexpr Index row_products_roundings = 2 + pairs_in_run + chunk_rows / rows_in_run + 1;
inline constexpr double row_products_error = row_products_roundings / 16777216.0;  // 2^24

/// Sums over the rows of a chunk of m_i x_ia, and of m_i x_ia y_i(a + s) for shifts s < Shifts, where coordinates go
/// round and round: with D shifts all products, with D / 2 + 1 those of a symmetric matrix. y is read once and
/// permuted. Every second row has sums of its own, so that two rows lie side by side where vectors are wide enough.
template <int D, int Shifts>
class RowProducts {
 public:
  /// Adds the rows begin .. end.
  KOKKOS_INLINE_FUNCTION void add(const ConstValues& masses, const ConstRows& x, const ConstRows& y, Index begin,
                                  Index end) {
    for (Index next = begin; begin < end; begin = next) {
      next = end - begin < rows_in_run ? end : begin + rows_in_run;
      ask_ahead(masses.data() + begin, rows_in_run);
      if constexpr (abreast) {
        sums_[0].add(pairs(masses, x, y, begin, next));
      } else {
        for (int second = 0; second < 2; ++second) sums_[second].add(every_other(masses, x, y, begin + second, next));
      }
    }
  }

  /// Writes the sums of m_i x_ia, then those of m_i x_ia y_i(a + s), shift after shift. [1 + Shifts][D]
  KOKKOS_INLINE_FUNCTION void write(float* sums) const {
    const auto total = [&](int k) {
      if constexpr (abreast) {
        return sum_of_halves(sums_[0].of[k]);
      } else {
        return sums_[0].of[k] + sums_[1].of[k];
      }
    };
    for (int k = 0; k <= Shifts; ++k) store<D>(total(k), sums + std::ptrdiff_t{k} * D);
  }

 private:
  static constexpr int width = D > 4 ? 8 : 4;
  static constexpr bool abreast = Lanes<2 * width>::n_parts == 1;
  using Row = Lanes<width>;
  using Pair = Lanes<2 * width>;

  /// Of m x, then of m x y for each shift.
  template <class Vector>
  struct Sums {
    Vector of[1 + Shifts];

    KOKKOS_FORCEINLINE_FUNCTION void add(const Sums& sums) {
      for (int k = 0; k <= Shifts; ++k) of[k] = of[k] + sums.of[k];
    }
    KOKKOS_FORCEINLINE_FUNCTION void add(const Vector& mx, const Vector& y) {
      of[0] = of[0] + mx;
      add_shifted<0>(mx, y);
    }
    template <int S>
    KOKKOS_FORCEINLINE_FUNCTION void add_shifted(const Vector& mx, const Vector& y) {
      of[1 + S] = of[1 + S] + mx * turned<width, D, S>(y);
      if constexpr (S + 1 < Shifts) add_shifted<S + 1>(mx, y);
    }
  };

  KOKKOS_FORCEINLINE_FUNCTION static void ask_ahead_of(const ConstRows& x, const ConstRows& y, Index i, int n) {
    ask_ahead(row<D>(x, i), n * D);
    if constexpr (Shifts == D) ask_ahead(row<D>(y, i), n * D);
  }

  /// The sums over one run.
  KOKKOS_FORCEINLINE_FUNCTION static Sums<Pair> pairs(const ConstValues& masses, const ConstRows& x, const ConstRows& y,
                                                      Index begin, Index end) {
    const auto two_rows = [](const ConstRows& rows, Index i) {
      if constexpr (D == width) {
        return load<2 * width>(row<D>(rows, i));
      } else {
        return side_by_side(load<width, D>(row<D>(rows, i)), load<width, D>(row<D>(rows, i + 1)));
      }
    };
    const auto one_row = [](const ConstRows& rows, Index i) {
      return side_by_side(load<width, D>(row<D>(rows, i)), Row{});
    };
    Sums<Pair> sums{};
    for (; end - begin >= 4; begin += 4) {
      ask_ahead_of(x, y, begin, 4);
      const auto four = load<4>(masses.data() + begin);
      sums.add(spread<2 * width, 0, 1>(four) * two_rows(x, begin), two_rows(y, begin));
      sums.add(spread<2 * width, 2, 3>(four) * two_rows(x, begin + 2), two_rows(y, begin + 2));
    }
    if (end - begin >= 2) {
      sums.add(spread<2 * width, 0, 1>(load<4, 2>(masses.data() + begin)) * two_rows(x, begin), two_rows(y, begin));
      begin += 2;
    }
    if (begin < end) {
      sums.add(spread<2 * width, 0, 1>(load<4, 1>(masses.data() + begin)) * one_row(x, begin), one_row(y, begin));
    }
    return sums;
  }
  KOKKOS_FORCEINLINE_FUNCTION static Sums<Row> every_other(const ConstValues& masses, const ConstRows& x,
                                                           const ConstRows& y, Index begin, Index end) {
    Sums<Row> sums{};
    for (Index i = begin; i < end; i += 2) {
      ask_ahead_of(x, y, i, 1);
      sums.add(load<width, D>(row<D>(x, i)) * masses(i), load<width, D>(row<D>(y, i)));
    }
    return sums;
  }

  Sums<std::conditional_t<abreast, Pair, Row>> sums_[abreast ? 1 : 2] = {};
};

}  // namespace circo::kernels::detail
