#pragma once

#include <circo/kernels/views.hpp>

namespace circo::kernels::detail {

/// Numbers side by side that a loop of constant length works on: a vector register of floats with AVX-512, two with
/// AVX2.
inline constexpr int lanes = 16;

/// An axis-aligned box in the scaled space.
template <int D>
struct Box {
  float low[D];
  float high[D];
};

template <int D>
struct Scale {
  float of[D];
};

/// Of rows begin .. end, at least one. Rows with NaN do not count.
template <int D>
KOKKOS_INLINE_FUNCTION Box<D> bounding_box(const ConstRows& x, const Scale<D>& scale, Index begin, Index end) {
  Box<D> box;
  for (int a = 0; a < D; ++a) box.low[a] = box.high[a] = row<D>(x, begin)[a] * scale.of[a];
  for (Index i = begin + 1; i < end; ++i) {
    for (int a = 0; a < D; ++a) {
      const float y = row<D>(x, i)[a] * scale.of[a];
      box.low[a] = y < box.low[a] ? y : box.low[a];
      box.high[a] = y > box.high[a] ? y : box.high[a];
    }
  }
  return box;
}

/// For each of `lanes` weighted boxes (lows, highs [D][lanes], weights [lanes]), weight times the squared distance
/// between the points of it and of `box` that are closest.
///
/// Bounds such as these hold to the last bit for the distances computed between points: those take the same
/// operations in the same order, and rounding is monotone.
template <int D>
KOKKOS_INLINE_FUNCTION void least_distances(const Box<D>& box, const float* lows, const float* highs,
                                            const float* weights, float (&result)[lanes]) {
  for (int w = 0; w < lanes; ++w) result[w] = 0;
  for (int a = 0; a < D; ++a) {
#pragma omp simd
    for (int w = 0; w < lanes; ++w) {
      const float below = box.low[a] - highs[a * lanes + w];
      const float above = lows[a * lanes + w] - box.high[a];
      const float outside = below > above ? below : above;
      const float gap = outside > 0 ? outside : 0;
      result[w] += gap * gap;
    }
  }
  for (int w = 0; w < lanes; ++w) result[w] *= weights[w];
}

/// For each of `lanes` weighted points, weight times the squared distance to the point of the box farthest from it.
template <int D>
KOKKOS_INLINE_FUNCTION void greatest_distances(const Box<D>& box, const float* points, const float* weights,
                                               float (&result)[lanes]) {
  for (int w = 0; w < lanes; ++w) result[w] = 0;
  for (int a = 0; a < D; ++a) {
#pragma omp simd
    for (int w = 0; w < lanes; ++w) {
      const float to_low = points[a * lanes + w] - box.low[a];
      const float to_high = box.high[a] - points[a * lanes + w];
      const float gap = to_low > to_high ? to_low : to_high;
      result[w] += gap * gap;
    }
  }
  for (int w = 0; w < lanes; ++w) result[w] *= weights[w];
}

}  // namespace circo::kernels::detail
