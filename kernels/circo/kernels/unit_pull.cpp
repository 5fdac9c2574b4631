#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_row.hpp>

namespace circo::kernels {
namespace {

/// A host takes the roots and quotients of many edges side by side, those of several rows, as most rows are short.
constexpr Index rows_together = on_host ? 32 : 1;
constexpr std::uint64_t edges_together = on_host ? 256 : 8;

constexpr int spare = 8;

/// The strengths of at most edges_together edges, w_ij / (|x_j - x_i| + softening), and what they are made of.
template <int D>
struct Strengths {
  float of[edges_together];
  Index rows_of[edges_together + spare];
  float squares[edges_together][2];  ///< two parts of |x_j - x_i|^2

  /// Edges begin .. end here are of row i. Whole vectors are written: the length of a row makes no branch.
  KOKKOS_INLINE_FUNCTION void claim(Index i, std::uint64_t begin, std::uint64_t end) {
    for (auto u = begin; u < end; u += spare) {
      for (int v = 0; v < spare; ++v) rows_of[u + v] = i;
    }
  }
  /// The n edges from k on.
  KOKKOS_INLINE_FUNCTION void find(const detail::PullRow<D>& rows, std::uint64_t k, int n, float softening) {
    for (int u = 0; u < n; ++u) {
      rows.look_ahead_from(k + u);
      const float* here = row<D>(rows.x, rows_of[u]);
      const float* partner = row<D>(rows.x, rows.csr.columns(k + u));
      float terms[max_dimension] = {};
#pragma omp simd
      for (int a = 0; a < D; ++a) terms[a] = (partner[a] - here[a]) * (partner[a] - here[a]);
      for (int half = max_dimension / 2; half > 1; half /= 2) {
        for (int a = 0; a < half; ++a) terms[a] += terms[a + half];
      }
      squares[u][0] = terms[0];
      squares[u][1] = terms[1];
    }
    const float* weights = rows.csr.weights.data() + k;
#pragma omp simd
    for (int u = 0; u < n; ++u) of[u] = weights[u] / (sqrtf(squares[u][0] + squares[u][1]) + softening);
  }
};

template <int D>
KOKKOS_INLINE_FUNCTION void add_pulls(const detail::PullRow<D>& rows, std::uint64_t begin, std::uint64_t end,
                                      const float* strengths, const float (&here)[D], float (&sum)[D]) {
  for (auto k = begin; k < end; ++k) {
    float toward[D];
    rows.look(k, here, toward);
    const float strength = strengths[k - begin];
#pragma omp simd
    for (int a = 0; a < D; ++a) sum[a] += strength * toward[a];
  }
}

template <int D>
void pull_rows(const detail::PullRow<D>& rows, float softening) {
  const Index n = rows.csr.n_rows();
  Kokkos::parallel_for(
      "circo::unit_pull", Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const auto& offsets = rows.csr.offsets;
        const Index last = n - block * rows_together < rows_together ? n : (block + 1) * rows_together;
        Strengths<D> strengths;
        float here[D];
        for (Index first = block * rows_together, next; first < last; first = next) {
          const auto begin = offsets(first);
          for (next = first + 1; next < last && offsets(next + 1) - begin <= edges_together;) ++next;
          if (next == first + 1) {  // maybe a long row, which is pulled in pieces
            float sum[D] = {};
            rows.load(first, here);
            strengths.claim(first, 0, edges_together);
            for (auto k = begin, end = k; k < offsets(next); k = end) {
              end = offsets(next) - k < edges_together ? offsets(next) : k + edges_together;
              strengths.find(rows, k, static_cast<int>(end - k), softening);
              add_pulls(rows, k, end, strengths.of, here, sum);
            }
            rows.store(first, sum);
            continue;
          }
          for (Index i = first; i < next; ++i) strengths.claim(i, offsets(i) - begin, offsets(i + 1) - begin);
          strengths.find(rows, begin, static_cast<int>(offsets(next) - begin), softening);
          for (Index i = first; i < next; ++i) {
            float sum[D] = {};
            rows.load(i, here);
            add_pulls(rows, offsets(i), offsets(i + 1), &strengths.of[offsets(i) - begin], here, sum);
            rows.store(i, sum);
          }
        }
      });
}

}  // namespace

void unit_pull(const Csr& csr, const ConstValues& degrees, const ConstRows& x, float softening, const Rows& f) {
  detail::expect_pull_shapes("unit_pull", csr, degrees, x, f);
  if (!(softening > 0)) {
    throw NumericalError("unit_pull: softening is " + std::to_string(softening) + ", expected a distance > 0");
  }
  with_dimension(x.extent(1), [&]<int D>() { pull_rows<D>({csr, degrees, x, f}, softening); });
}

}  // namespace circo::kernels
