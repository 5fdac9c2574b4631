#pragma once

#include <string>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>

namespace circo::kernels::detail {

/// K sums over chunks in fixed point, and how many could not be added. Kokkos adds them up by operator().
template <int K, class SumChunk>
struct ChunkSums {
  using value_type = std::int64_t[];
  unsigned value_count;
  Kokkos::View<const Index* [2], Kokkos::LayoutRight, Memory> bounds;
  double scale;
  double limit;
  SumChunk sum_chunk;

  KOKKOS_INLINE_FUNCTION void operator()(const Index c, std::int64_t* sums) const {
    double partial[K];
    sum_chunk(bounds(c, 0), bounds(c, 1), partial);
    std::int64_t bad = 0;
#pragma omp simd reduction(+ : bad)
    for (int k = 0; k < K; ++k) {
      const bool fits = partial[k] >= -limit && partial[k] <= limit;
      sums[k] += fits ? to_fixed(partial[k], scale) : 0;
      bad += fits ? 0 : 1;
    }
    sums[K] += bad;
  }
};

/// K sums over all local rows, in fixed point. sum_chunk(begin, end, double* partial) adds rows begin .. end, in
/// order, and writes K partial sums. Throws NumericalError when a chunk's sum is NaN, or beyond +-limit, which
/// the kernel chooses so that the whole cannot overflow. Local; the integers are for the caller to add over ranks.
template <int K, class SumChunk>
std::vector<std::int64_t> chunk_sums(const char* kernel, const Chunks& chunks, double scale, double limit,
                                     const SumChunk& sum_chunk) {
  std::vector<std::int64_t> result(K + 1);
  const Kokkos::View<std::int64_t*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> sums(result.data(), result.size());
  Kokkos::parallel_reduce(kernel, Range(0, chunks.size()),
                          ChunkSums<K, SumChunk>{K + 1, chunks.bounds(), scale, limit, sum_chunk}, sums);
  Kokkos::fence();
  if (result.back() != 0) {
    throw NumericalError(std::string(kernel) + ": " + std::to_string(result.back()) +
                         " sums over chunks of actors are " + "NaN or beyond +-" + std::to_string(limit) +
                         "; look for NaN or huge coordinates or weights");
  }
  result.pop_back();
  return result;
}

}  // namespace circo::kernels::detail
