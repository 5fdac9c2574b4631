#pragma once

#include <circo/kernels/csr.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels::detail {

/// What both pulls do with a row: f_i = sum_j strength_ij (x_j - x_i) / d_i.
template <int D>
struct PullRow {
  /// Edges between asking for a partner's place and reading it.
  static constexpr std::uint64_t look_ahead = 256;

  Csr csr;
  ConstValues degrees;
  ConstRows x;
  Rows f;
  std::uint64_t n_edges = csr.n_edges();

  /// How far to look ahead from edges before `end`: 0 near the last one.
  KOKKOS_INLINE_FUNCTION std::uint64_t ahead_of(std::uint64_t end) const {
    return end + look_ahead <= n_edges ? look_ahead : 0;
  }
  /// toward [D] <- the way to the partner of edge k
  KOKKOS_INLINE_FUNCTION void look(std::uint64_t k, std::uint64_t ahead, const float* here, float* toward) const {
    prefetch(row<D>(x, csr.columns.data()[k + ahead]));
    const float* partner = row<D>(x, csr.columns.data()[k]);
#pragma omp simd
    for (int a = 0; a < D; ++a) toward[a] = partner[a] - here[a];
  }
  KOKKOS_INLINE_FUNCTION void store(Index i, const float (&sum)[D]) const {
    const float share = degrees(i) > 0 ? 1 / degrees(i) : 0;
    for (int a = 0; a < D; ++a) row<D>(f, i)[a] = sum[a] * share;
  }
};

/// Throws std::invalid_argument unless the shapes are as pull() wants them.
inline void expect_pull_shapes(const char* kernel, const Csr& csr, const ConstValues& degrees, const ConstRows& x,
                               const Rows& f) {
  expect_size(kernel, "degrees", degrees.extent(0), csr.n_rows());
  expect_size(kernel, "f", f.extent(0), csr.n_rows());
  expect_size(kernel, "the dimension of f", f.extent(1), x.extent(1));
  expect_at_least(kernel, "x", x.extent(0), csr.n_rows());
}

}  // namespace circo::kernels::detail
