#pragma once

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
/// round and round: with D shifts all products, with D / 2 + 1 those of a symmetric matrix. Two rows lie side by side
/// in vectors, and y is read once and permuted.
template <int D, int Shifts>
class RowProducts {
 public:
  /// Adds the rows begin .. end.
  KOKKOS_INLINE_FUNCTION void add(const ConstValues& masses, const ConstRows& x, const ConstRows& y, Index begin,
                                  Index end) {
    for (Index next = begin; begin < end; begin = next) {
      next = end - begin < rows_in_run ? end : begin + rows_in_run;
      Sums run{};
      ask_ahead(masses.data() + begin, rows_in_run);
      for (; next - begin >= 4; begin += 4) {
        ask_ahead(row<D>(x, begin), 4 * D);
        if constexpr (Shifts == D) ask_ahead(row<D>(y, begin), 4 * D);
        const auto four = load<4>(masses.data() + begin);
        run.add(spread<2 * width, 0, 1>(four), two_rows(x, begin), two_rows(y, begin));
        run.add(spread<2 * width, 2, 3>(four), two_rows(x, begin + 2), two_rows(y, begin + 2));
      }
      for (; begin < next; ++begin)
        run.add(spread<2 * width, 0, 1>(load<4, 1>(masses.data() + begin)), one_row(x, begin), one_row(y, begin));
      sums_.add(run);
    }
  }

  /// Writes the sums of m_i x_ia, then those of m_i x_ia y_i(a + s), shift after shift. [1 + Shifts][D]
  KOKKOS_INLINE_FUNCTION void write(float* sums) const {
    store<D>(sum_of_halves(sums_.first), sums);
    for (int s = 0; s < Shifts; ++s) store<D>(sum_of_halves(sums_.second[s]), sums + (1 + s) * D);
  }

 private:
  static constexpr int width = D > 4 ? 8 : 4;
  using Pair = Lanes<2 * width>;

  struct Sums {
    Pair first, second[Shifts];

    KOKKOS_FORCEINLINE_FUNCTION void add(const Sums& sums) {
      first = first + sums.first;
      for (int s = 0; s < Shifts; ++s) second[s] = second[s] + sums.second[s];
    }
    KOKKOS_FORCEINLINE_FUNCTION void add(const Pair& masses, const Pair& x, const Pair& y) {
      const Pair mx = masses * x;
      first = first + mx;
      add_shifted(mx, y);
    }
    template <int S = 0>
    KOKKOS_FORCEINLINE_FUNCTION void add_shifted(const Pair& mx, const Pair& y) {
      second[S] = second[S] + mx * turned<width, D, S>(y);
      if constexpr (S + 1 < Shifts) add_shifted<S + 1>(mx, y);
    }
  };

  KOKKOS_FORCEINLINE_FUNCTION static Pair two_rows(const ConstRows& rows, Index i) {
    if constexpr (D == width) return load<2 * width>(row<D>(rows, i));
    return side_by_side(load<width, D>(row<D>(rows, i)), load<width, D>(row<D>(rows, i + 1)));
  }
  KOKKOS_FORCEINLINE_FUNCTION static Pair one_row(const ConstRows& rows, Index i) {
    return side_by_side(load<width, D>(row<D>(rows, i)), {});
  }

  Sums sums_{};
};

}  // namespace circo::kernels::detail
