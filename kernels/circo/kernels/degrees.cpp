#include <circo/kernels/degrees.hpp>
#include <circo/kernels/error.hpp>

namespace circo::kernels {

void degrees(const Csr& csr, const Values& degrees) {
  expect_size("degrees", "degrees", degrees.extent(0), csr.n_rows());
  const auto offsets = csr.offsets;
  const auto weights = csr.weights;
  Kokkos::parallel_for(
      "circo::degrees", Range(0, csr.n_rows()), KOKKOS_LAMBDA(const Index i) {
        // Four sums in a fixed pattern: additions that wait for no other, in one vector.
        float sums[4] = {};
        const auto end = offsets(i + 1);
        auto k = offsets(i);
        for (; k + 4 <= end; k += 4) {
          for (int u = 0; u < 4; ++u) sums[u] += fabsf(weights(k + u));
        }
        for (; k < end; ++k) sums[0] += fabsf(weights(k));
        degrees(i) = (sums[0] + sums[1]) + (sums[2] + sums[3]);
      });
}

void masses(const ConstValues& degrees, double total, const Values& masses) {
  expect_size("masses", "masses", masses.extent(0), degrees.extent(0));
  if (!is_finite(total) || total < 0) {
    throw NumericalError("masses: total traffic is " + std::to_string(total) + ", expected a finite sum >= 0");
  }
  const double share = total > 0 ? 1 / total : 0;
  Kokkos::parallel_for(
      "circo::masses", Range(0, static_cast<Index>(degrees.extent(0))),
      KOKKOS_LAMBDA(const Index i) { masses(i) = static_cast<float>(degrees(i) * share); });
}

}  // namespace circo::kernels
