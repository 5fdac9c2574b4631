#pragma once

#include <string>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>

namespace circo::kernels::detail {

/// K sums over all local rows, in fixed point. sum_chunk(begin, end, double* partial) adds rows begin .. end, in
/// order, to K partial sums that start at 0. Throws NumericalError when a chunk's sum is NaN, or beyond +-limit, which
/// the kernel chooses so that the whole cannot overflow. Local; the integers are for the caller to add over ranks.
template <int K, class SumChunk>
std::vector<std::int64_t> chunk_sums(const char* kernel, const Chunks& chunks, double scale, double limit,
                                     const SumChunk& sum_chunk) {
  const Array<std::int64_t> sums(std::string(kernel), K + 1);  // the last one counts what could not be added
  const auto bounds = chunks.bounds();
  Kokkos::parallel_for(
      kernel, Range(0, chunks.size()), KOKKOS_LAMBDA(const Index c) {
        double partial[K] = {};
        sum_chunk(bounds(c, 0), bounds(c, 1), partial);
        for (int k = 0; k < K; ++k) {
          const bool fits = partial[k] >= -limit && partial[k] <= limit;
          if (fits) {
            Kokkos::atomic_add(&sums(k), to_fixed(partial[k], scale));
          } else {
            Kokkos::atomic_add(&sums(K), std::int64_t{1});
          }
        }
      });
  auto result = to_host(sums);
  if (result.back() != 0) {
    throw NumericalError(std::string(kernel) + ": " + std::to_string(result.back()) +
                         " sums over chunks of actors are " + "NaN or beyond +-" + std::to_string(limit) +
                         "; look for NaN or huge coordinates or weights");
  }
  result.pop_back();
  return result;
}

}  // namespace circo::kernels::detail
