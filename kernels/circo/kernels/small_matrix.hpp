#pragma once

#include <circo/kernels/dense.hpp>

namespace circo::kernels::detail {

/// A D x D matrix that a kernel captures by value, column after column: the inner loops of x -> M x run down a
/// column, so they vectorise and add in one fixed order.
template <int D>
struct SmallMatrix {
  float columns[D][D];

  explicit SmallMatrix(const Matrix& matrix) {
    for (int a = 0; a < D; ++a) {
      for (int b = 0; b < D; ++b) columns[b][a] = static_cast<float>(matrix(a, b));
    }
  }

  /// product <- M x, both [D], maybe the same
  KOKKOS_INLINE_FUNCTION void apply(const float* x, float* product) const {
    float sum[D] = {};
    for (int b = 0; b < D; ++b) {
#pragma omp simd
      for (int a = 0; a < D; ++a) sum[a] += columns[b][a] * x[b];
    }
    for (int a = 0; a < D; ++a) product[a] = sum[a];
  }
};

}  // namespace circo::kernels::detail
