#include <circo/kernels/add_pairs.hpp>
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/prefetch.hpp>
#include <circo/kernels/whole_output.hpp>

namespace circo::kernels {
namespace {

/// Edges whose weights are added side by side.
constexpr int lanes = 8;
/// Rows whose lanes are added up together on a host. With fewer, whole vectors are read before their halves have left
/// the store queue.
constexpr Index rows_together = on_host ? 64 : 1;

struct RowSums {
  Csr csr;
  detail::WholeOutput degrees;
  Index n_rows = csr.n_rows();

  /// rows_together rows from `first` on, or those there are. Along: all are there, and what follows a row may be read
  /// along and left out, so that a row of up to 8 edges takes no branch of its own.
  template <bool Along>
  KOKKOS_INLINE_FUNCTION void add(Index first) const {
    const Index rest = n_rows - first, n = Along || rest > rows_together ? rows_together : rest;
    float sums[rows_together * lanes];
    const std::uint64_t* offsets = csr.offsets.data() + first;
    ask_ahead(offsets, rows_together);
    for (Index r = 0; r < n; ++r) {
      const float* weights = csr.weights.data() + offsets[r];
      const int left = static_cast<int>(offsets[r + 1] - offsets[r]);
      prefetch(weights + stream_ahead / sizeof(float));  // of all rows at once makes reading wait
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
    for (Index k = n * lanes; k < rows_together * lanes; ++k) sums[k] = 0;
    detail::add_pairs<rows_together, rows_together * lanes>(sums);
    if (Along || n == rows_together) {
      degrees.write<rows_together>(first, sums);
    } else {
      degrees.write(first, sums, static_cast<int>(n));
    }
  }
};

}  // namespace

void degrees(const Csr& csr, const Values& degrees) {
  const Index n = csr.n_rows();
  expect_size("degrees", "degrees", degrees.extent(0), n);
  const RowSums sums{csr, detail::WholeOutput(degrees)};
  const std::uint64_t n_edges = csr.n_edges();
  Kokkos::parallel_for(
      "circo::degrees", Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const Index first = block * rows_together;
        if (n - first >= rows_together && sums.csr.offsets(first + rows_together) + lanes <= n_edges) {
          sums.add<true>(first);
        } else {
          sums.add<false>(first);
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
