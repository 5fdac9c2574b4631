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

  KOKKOS_INLINE_FUNCTION void load(Index i, float (&here)[D]) const {
    for (int a = 0; a < D; ++a) here[a] = row<D>(x, i)[a];
  }
  KOKKOS_INLINE_FUNCTION void look(std::uint64_t k, const float (&here)[D], float (&toward)[D]) const {
    const float* partner = row<D>(x, csr.columns(k));
#pragma omp simd
    for (int a = 0; a < D; ++a) toward[a] = partner[a] - here[a];
  }
  KOKKOS_INLINE_FUNCTION void look_ahead_from(std::uint64_t k) const {
    prefetch(row<D>(x, csr.columns(k + look_ahead < n_edges ? k + look_ahead : k)));
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
