#include <limits>

#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/totals.hpp>

namespace circo::kernels {

float max_of(const ConstValues& values) {
  float largest = 0;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Kokkos::parallel_reduce(
      "circo::max_of", Range(0, static_cast<Index>(values.extent(0))),
      KOKKOS_LAMBDA(const Index i, float& most) {
        // A reduction by maximum would pass over NaN; as infinity it is seen.
        const float value = values(i) >= 0 ? values(i) : infinity;
        most = value > most ? value : most;
      },
      Kokkos::Max<float>(largest));
  if (largest < 0) return 0;  // no rows: the reduction's identity
  if (!is_finite(largest)) throw NumericalError("max_of: a value is NaN, infinite or negative");
  return largest;
}

std::int64_t total_of(const char* what, const Chunks& chunks, const ConstValues& values, float unit) {
  expect_size(what, "values", values.extent(0), chunks.n_rows());
  if (!(unit >= 0) || !is_finite(unit)) {
    throw NumericalError(std::string(what) + ": unit is " + std::to_string(unit) + ", expected a finite value >= 0");
  }
  if (unit == 0) return 0;
  const double limit = chunk_rows;
  return detail::chunk_sums<1>(
             what, chunks, total_scale, limit,
             KOKKOS_LAMBDA(const Index begin, const Index end, double* partial) {
               double sum = 0;
               for (Index i = begin; i < end; ++i) sum += values(i) / static_cast<double>(unit);
               partial[0] = sum;
             })
      .front();
}

}  // namespace circo::kernels
