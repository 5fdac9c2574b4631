#pragma once

#include <circo/kernels/csr.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels::detail {

/// Edges of a row that are added without a branch in between: those behind its end are times zero.
constexpr int quad = 4;
/// A host adds the first quads of some rows, then what is left of the longer ones, so that few ends of rows are
/// mispredicted.
constexpr Index rows_together = on_host ? 16 : 1;

/// What both pulls do: f_i = sum_j strength_ij (x_j - x_i) / d_i.
template <int D>
struct PullRows {
  static constexpr int width = D > 4 ? 8 : (D > 2 ? 4 : D);  ///< a power of two
  /// Edges between asking for a partner's place and reading it.
  static constexpr int look_ahead = 256;

  Csr csr;
  ConstValues degrees;
  ConstRows x;
  Rows f;
  std::uint64_t n_edges = csr.n_edges();

  /// Adds a quad of the edges k .. end of row i to its sum, in their order; strengths(toward [quad][width], s [quad])
  /// turns their traffic s into strengths. Along: edges up to k + quad + look_ahead are there, and may be read.
  template <bool Along, class Strengths>
  KOKKOS_INLINE_FUNCTION void add_quad(Index i, std::uint64_t k, std::uint64_t end, const Strengths& strengths,
                                       float (&sum)[D]) const {
    const int left = static_cast<int>(end - k);
    const Index* columns = csr.columns.data() + k;
    const float* weights = csr.weights.data() + k;
    const float* here = row<D>(x, i);
    float toward[quad][width], strength[quad];
    // Not a choice between the weight and zero: it would become a masked load, which stops the hardware's prefetching.
#pragma omp simd
    for (int v = 0; v < quad; ++v) strength[v] = Along || v < left ? weights[v] * (v < left ? 1.0F : 0.0F) : 0;
    for (int v = 0; v < quad; ++v) {
      if (Along) prefetch(row<D>(x, columns[v + look_ahead]));
      const float* partner = Along || v < left ? row<D>(x, columns[v]) : here;
#pragma omp simd
      for (int a = 0; a < D; ++a) toward[v][a] = partner[a] - here[a];
      for (int a = D; a < width; ++a) toward[v][a] = 0;
    }
    strengths(toward, strength);
    for (int v = 0; v < quad; ++v) {
#pragma omp simd
      for (int a = 0; a < D; ++a) sum[a] += strength[v] * toward[v][a];
    }
  }

  /// Pulls rows first .. first + n, at most rows_together.
  template <bool Along, class Strengths>
  KOKKOS_INLINE_FUNCTION void pull(Index first, Index n, const Strengths& strengths) const {
    const std::uint64_t* offsets = csr.offsets.data() + first;
    float sums[rows_together][D];
    Index longer[rows_together];
    std::size_t n_longer = 0;
    for (std::size_t r = 0; r < n; ++r) {
      float sum[D] = {};
      add_quad<Along>(first + r, offsets[r], offsets[r + 1], strengths, sum);
      for (int a = 0; a < D; ++a) sums[r][a] = sum[a];
      longer[n_longer] = r;
      n_longer += offsets[r + 1] - offsets[r] > quad ? 1 : 0;
    }
    for (std::size_t k = 0; k < n_longer; ++k) {
      const Index r = longer[k];
      float sum[D];
      for (int a = 0; a < D; ++a) sum[a] = sums[r][a];
      for (auto edge = offsets[r] + quad; edge < offsets[r + 1]; edge += quad)
        add_quad<Along>(first + r, edge, offsets[r + 1], strengths, sum);
      for (int a = 0; a < D; ++a) sums[r][a] = sum[a];
    }
    float shares[rows_together];
    const float* degree = degrees.data() + first;
#pragma omp simd
    for (Index r = 0; r < n; ++r) shares[r] = degree[r] > 0 ? 1 / degree[r] : 0;
    for (Index r = 0; r < n; ++r) {
#pragma omp simd
      for (int a = 0; a < D; ++a) row<D>(f, first + r)[a] = sums[r][a] * shares[r];
    }
  }
};

template <int D, class Strengths>
void pull_rows(const char* kernel, const PullRows<D>& rows, const Strengths& strengths) {
  const Index n = rows.csr.n_rows();
  Kokkos::parallel_for(
      kernel, Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const Index first = block * rows_together, some = n - first < rows_together ? n - first : rows_together;
        if (rows.csr.offsets(first + some) + quad + PullRows<D>::look_ahead <= rows.n_edges) {
          rows.template pull<true>(first, some, strengths);
        } else {
          rows.template pull<false>(first, some, strengths);
        }
      });
}

/// Throws std::invalid_argument unless the shapes are as pull() wants them.
inline void expect_pull_shapes(const char* kernel, const Csr& csr, const ConstValues& degrees, const ConstRows& x,
                               const Rows& f) {
  expect_size(kernel, "degrees", degrees.extent(0), csr.n_rows());
  expect_size(kernel, "f", f.extent(0), csr.n_rows());
  expect_size(kernel, "the dimension of f", f.extent(1), x.extent(1));
  expect_at_least(kernel, "x", x.extent(0), csr.n_rows());
}

}  // namespace circo::kernels::detail
