#include <circo/kernels/add_pairs.hpp>
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels {
namespace {

/// Edges whose weights are added side by side.
constexpr int lanes = 8;
/// Rows whose lanes are added up together on a host. With fewer, whole vectors are read before their halves have left
/// the store queue.
constexpr Index rows_together = on_host ? 64 : 1;

struct RowSums {
  Csr csr;
  Values degrees;

  /// Rows first .. first + n. Along: what follows a row may be read along and left out, so that a row of up to 8 edges
  /// takes no branch of its own.
  template <bool Along>
  KOKKOS_INLINE_FUNCTION void add(Index first, int n) const {
    float sums[rows_together * lanes] = {};
    const std::uint64_t* offsets = csr.offsets.data() + first;
    ask_ahead(offsets, rows_together);
    ask_ahead(csr.weights.data() + offsets[0], offsets[n] - offsets[0]);
    for (int r = 0; r < n; ++r) {
      const float* weights = csr.weights.data() + offsets[r];
      const int left = static_cast<int>(offsets[r + 1] - offsets[r]);
      const auto term = [&](int u) {
        const float weight = Along || u < left ? fabsf(weights[u]) : 0;
        return u < left ? weight : 0;
      };
      float* sum = sums + std::ptrdiff_t{r} * lanes;
#pragma omp simd
      for (int u = 0; u < lanes; ++u) sum[u] = term(u);
      for (int piece = lanes; piece < left; piece += lanes) {
#pragma omp simd
        for (int u = 0; u < lanes; ++u) sum[u] += term(piece + u);
      }
    }
    detail::add_pairs<rows_together, rows_together * lanes>(sums);
    float* degree = degrees.data() + first;
    for (int r = 0; r < n; ++r) degree[r] = sums[r];
  }
};

}  // namespace

void degrees(const Csr& csr, const Values& degrees) {
  const Index n = csr.n_rows();
  expect_size("degrees", "degrees", degrees.extent(0), n);
  const RowSums sums{csr, degrees};
  const std::uint64_t n_edges = csr.n_edges();
  Kokkos::parallel_for(
      "circo::degrees", Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const Index first = block * rows_together;
        const int rows = static_cast<int>(n - first < rows_together ? n - first : rows_together);
        if (sums.csr.offsets(first + rows) + lanes <= n_edges) {
          sums.add<true>(first, rows);
        } else {
          sums.add<false>(first, rows);
        }
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
