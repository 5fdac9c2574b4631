#pragma once

#include <cstdint>

#include <Kokkos_Core.hpp>

namespace circo::kernels {

/// Sums that do not depend on the order of the terms: a real is rounded to a multiple of 1/scale and added as a
/// 64-bit integer, which is associative. So any order of work items, and MPI_Allreduce(MPI_INT64_T, MPI_SUM) over any
/// number of ranks, give the same bits. Scales are powers of two, so that scaling itself is exact.

/// The nearest integer to value * scale, halves away from zero. |value * scale| < 2^63 is the caller's to see to.
KOKKOS_INLINE_FUNCTION std::int64_t to_fixed(double value, double scale) {
  const double scaled = value * scale;
  // From 2^52 on a double is an integer, and adding a half would round it once more.
  const double magnitude = scaled < 0 ? -scaled : scaled;
  const double half = magnitude >= 4503599627370496.0 ? 0.0 : (scaled < 0 ? -0.5 : 0.5);
  return static_cast<std::int64_t>(scaled + half);
}

KOKKOS_INLINE_FUNCTION double from_fixed(std::int64_t fixed, double scale) {
  return static_cast<double>(fixed) / scale;
}

}  // namespace circo::kernels
