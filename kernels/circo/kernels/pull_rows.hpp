#pragma once

#include <bit>

#include <circo/kernels/csr.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/lanes_memory.hpp>
#include <circo/kernels/prefetch.hpp>
#include <circo/kernels/whole_output.hpp>

namespace circo::kernels::detail {

/// Edges of a row that are added without a branch in between: those behind its end count zero.
constexpr int quad = 4;
/// A host adds the first quads of some rows, then what is left of the longer ones, so that few ends of rows are
/// mispredicted. At most 32, the bits of a mask.
constexpr Index rows_together = on_host ? 32 : 1;

/// What both pulls do: f_i = sum_j strength_ij (x_j - x_i) / d_i.
///
/// A quad's partners lie side by side in two pairs, ab and cd. What belongs to an edge lies in the lanes
/// (a a c c | b b d d), with eight coordinates (a a c c a a c c | b b d d b b d d): there sums over coordinates come
/// out, and nothing crosses a half on the way back to the coordinates.
template <int D>
struct PullRows {
  static constexpr int width = D > 4 ? 8 : 4;
  using Row = Lanes<width>;
  using Pair = Lanes<2 * width>;
  /// Edges between asking for a partner's place and reading it.
  static constexpr int look_ahead = 256;

  Csr csr;
  ConstValues degrees;
  ConstRows x;
  WholeOutput f;
  Index n_rows = csr.n_rows();
  std::uint64_t n_edges = csr.n_edges();

  /// The traffic of the first quad of the edges k .. end. Along: as for quad_sum().
  template <bool Along>
  KOKKOS_FORCEINLINE_FUNCTION Lanes<quad> traffic(std::uint64_t k, std::uint64_t end) const {
    const int left = static_cast<int>(end - k);
    const float* weights = csr.weights.data() + k;
    if constexpr (Along) return up_to(left, load<quad>(weights));
    float own[quad] = {};
    for (int v = 0; v < quad && v < left; ++v) own[v] = weights[v];
    return load<quad>(own);
  }

  /// The sum over the first quad of the edges k .. end of row i; strengths(ab, cd, traffic) turns their traffic
  /// into strengths. Along: edges up to k + quad + look_ahead are there, and may be read.
  template <bool Along, class Strengths>
  KOKKOS_FORCEINLINE_FUNCTION Row quad_sum(Index i, std::uint64_t k, std::uint64_t end,
                                           const Strengths& strengths) const {
    const Index* columns = csr.columns.data() + k;
    for (int v = 0; Along && v < quad; ++v) prefetch(row<D>(x, columns[v + look_ahead]));
    const auto place = [&](Index j) { return load<width, D>(row<D>(x, j)); };
    const auto partner = [&](int v) { return place(Along || k + v < end ? columns[v] : i); };
    const Pair here = side_by_side(place(i), place(i));
    const Pair ab = side_by_side(partner(0), partner(1)) - here, cd = side_by_side(partner(2), partner(3)) - here;
    const Lanes<quad> s = strengths(ab, cd, traffic<Along>(k, end));
    return sum_of_halves(spread<2 * width, 0, 1>(s) * ab + spread<2 * width, 2, 3>(s) * cd);
  }

  /// Pulls rows_together rows from `first` on, or those there are. Along: as for quad_sum(), and all are there.
  template <bool Along, class Strengths>
  KOKKOS_FORCEINLINE_FUNCTION void pull(Index first, const Strengths& strengths) const {
    const Index rest = n_rows - first, n = Along || rest > rows_together ? rows_together : rest;
    const std::uint64_t* offsets = csr.offsets.data() + first;
    const float* degree = degrees.data() + first;
    float shares[rows_together];
#pragma omp simd
    for (Index r = 0; r < n; ++r) shares[r] = degree[r] > 0 ? 1 / degree[r] : 0;
    std::uint32_t longer = 0;  // a bit a row: rows are found in it without a branch
#pragma omp simd reduction(| : longer)
    for (Index r = 0; r < n; ++r) longer |= (offsets[r + 1] - offsets[r] > quad ? 1U : 0U) << r;
    std::uint64_t begin = offsets[0], end = 0;
    alignas(64) float forces[rows_together * D];
    for (std::size_t r = 0; r < n; ++r, begin = end) {
      end = offsets[r + 1];
      store<D>(quad_sum<Along>(first + r, begin, end, strengths) * shares[r], forces + r * D);
    }
    for (; longer != 0; longer &= longer - 1) {
      std::size_t r = 0;
      if constexpr (rows_together > 1) r = std::countr_zero(longer);
      Row sum{};
      for (begin = offsets[r] + quad, end = offsets[r + 1]; begin < end; begin += quad)
        sum = sum + quad_sum<Along>(first + r, begin, end, strengths);
      float* force = forces + r * D;
      store<D>(load<width, D>(force) + sum * shares[r], force);
    }
    const std::size_t place = std::size_t{first} * D;
    if (Along || n == rows_together) {
      f.template write<rows_together * D>(place, forces);
    } else {
      f.write(place, forces, static_cast<int>(n) * D);
    }
  }
};

template <int D, class Strengths>
void pull_rows(const char* kernel, const PullRows<D>& rows, const Strengths& strengths) {
  const Index n = rows.n_rows;
  Kokkos::parallel_for(
      kernel, Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const Index first = block * rows_together;
        if (n - first >= rows_together &&
            rows.csr.offsets(first + rows_together) + quad + PullRows<D>::look_ahead <= rows.n_edges) {
          rows.template pull<true>(first, strengths);
        } else {
          rows.template pull<false>(first, strengths);
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
