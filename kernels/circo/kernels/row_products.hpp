#pragma once

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels::detail {

/// Rows whose products are added one after another, before their sum is added to that of the chunk: all in float, as a
/// vector holds twice as many floats.
inline constexpr Index rows_in_run = 16;
/// What that costs at most, of the sum of absolute values: two roundings a product, one an addition. The rounding of f,
/// and of x to float, costs as much.
inline constexpr Index row_products_roundings = 2 + rows_in_run + chunk_rows / rows_in_run;
inline constexpr double row_products_error = row_products_roundings / 16777216.0;  // 2^24

/// products[s][a] += mx_a y_(a + s) for shifts s < Shifts, coordinates round and round: y is read once and permuted.
template <int D, int Shifts, int S = 0>
KOKKOS_INLINE_FUNCTION void add_shifted(const float (&mx)[D], const float* y, float (&products)[Shifts][D]) {
  float shifted[D];
  for (int a = 0; a < D; ++a) shifted[a] = y[(a + S) % D];
#pragma omp simd
  for (int a = 0; a < D; ++a) products[S][a] += mx[a] * shifted[a];
  if constexpr (S + 1 < Shifts) add_shifted<D, Shifts, S + 1>(mx, y, products);
}

/// Adds the sums over the rows begin .. end of a chunk of m_i x_ia to first, and of m_i x_ia y_i(a + s) to
/// second[s][a], where coordinates go round and round: with D shifts all products, with D / 2 + 1 those of a symmetric
/// matrix.
template <int D, int Shifts>
KOKKOS_INLINE_FUNCTION void add_row_products(const ConstValues& masses, const ConstRows& x, const ConstRows& y,
                                             Index begin, Index end, float (&first)[D], float (&second)[Shifts][D]) {
  for (Index next = begin; begin < end; begin = next) {
    next = end - begin < rows_in_run ? end : begin + rows_in_run;
    float once[D] = {};
    float twice[Shifts][D] = {};
    ask_ahead(row<D>(x, begin), rows_in_run * D);
    if constexpr (Shifts == D) ask_ahead(row<D>(y, begin), rows_in_run * D);
    ask_ahead(masses.data() + begin, rows_in_run);
    for (Index i = begin; i < next; ++i) {
      float mx[D];
#pragma omp simd
      for (int a = 0; a < D; ++a) {
        mx[a] = masses(i) * row<D>(x, i)[a];
        once[a] += mx[a];
      }
      add_shifted<D, Shifts>(mx, row<D>(y, i), twice);
    }
#pragma omp simd
    for (int a = 0; a < D; ++a) first[a] += once[a];
    for (int s = 0; s < Shifts; ++s) {
#pragma omp simd
      for (int a = 0; a < D; ++a) second[s][a] += twice[s][a];
    }
  }
}

}  // namespace circo::kernels::detail
