#pragma once

#include <circo/kernels/views.hpp>

namespace circo::kernels::detail {

/// Rows whose products are added in float before they are added in double, as a vector holds twice as many floats.
inline constexpr Index rows_in_float = 32;
/// What that costs at most, of the sum of absolute values: two roundings a product, one an addition. The rounding of f,
/// and of x to float, costs as much.
inline constexpr double row_products_error = (rows_in_float + 2) / 16777216.0;  // 2^24

/// Adds the sums over rows begin .. end of m_i x_ia to first, and of m_i x_ia y_ib to second[b][a].
template <int D>
KOKKOS_INLINE_FUNCTION void add_row_products(const ConstValues& masses, const ConstRows& x, const ConstRows& y,
                                             Index begin, Index end, double (&first)[D], double (&second)[D][D]) {
  for (Index next = begin; begin < end; begin = next) {
    next = end - begin < rows_in_float ? end : begin + rows_in_float;
    float once[D] = {};
    float twice[D][D] = {};
    for (Index i = begin; i < next; ++i) {
      const float* yi = row<D>(y, i);
      float mx[D];
#pragma omp simd
      for (int a = 0; a < D; ++a) {
        mx[a] = masses(i) * row<D>(x, i)[a];
        once[a] += mx[a];
      }
      for (int b = 0; b < D; ++b) {
#pragma omp simd
        for (int a = 0; a < D; ++a) twice[b][a] += yi[b] * mx[a];
      }
    }
    for (int b = 0; b < D; ++b) {
      first[b] += once[b];
#pragma omp simd
      for (int a = 0; a < D; ++a) second[b][a] += twice[b][a];
    }
  }
}

}  // namespace circo::kernels::detail
