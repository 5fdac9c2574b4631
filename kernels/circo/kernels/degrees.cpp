#include <circo/kernels/degrees.hpp>
#include <circo/kernels/error.hpp>

namespace circo::kernels {
namespace {

/// Edges whose weights are added side by side.
constexpr int lanes = 8;

/// term(0) + ... + term(7), in one order whatever the vectors of the machine.
template <class Term>
KOKKOS_INLINE_FUNCTION float tree_sum(const Term& term) {
  float terms[lanes];
#pragma omp simd
  for (int u = 0; u < lanes; ++u) terms[u] = term(u);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int u = 0; u < half; ++u) terms[u] += terms[u + half];
  }
  return terms[0];
}

}  // namespace

void degrees(const Csr& csr, const Values& degrees) {
  expect_size("degrees", "degrees", degrees.extent(0), csr.n_rows());
  const auto offsets = csr.offsets;
  const auto weights = csr.weights;
  const std::uint64_t n_edges = csr.n_edges();
  Kokkos::parallel_for(
      "circo::degrees", Range(0, csr.n_rows()), KOKKOS_LAMBDA(const Index i) {
        const auto end = offsets(i + 1);
        float sum = 0;
        for (auto k = offsets(i); k < end; k += lanes) {
          const int left = static_cast<int>(end - k);
          // What follows the row is read along and left out: so a row of up to 8 edges takes no branch of its own.
          if (k + lanes <= n_edges) {
            sum += tree_sum([&](int u) {
              const float weight = fabsf(weights(k + u));
              return u < left ? weight : 0;
            });
          } else {
            sum += tree_sum([&](int u) { return u < left ? fabsf(weights(k + u)) : 0; });
          }
        }
        degrees(i) = sum;
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
