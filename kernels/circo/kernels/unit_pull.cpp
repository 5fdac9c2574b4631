#include <circo/kernels/add_pairs.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/pull_row.hpp>

namespace circo::kernels {
namespace {

/// A host takes the roots and quotients of many edges side by side, those of several rows, as most rows are short.
constexpr Index rows_together = on_host ? 16 : 1;
constexpr int edges_together = on_host ? 128 : 8;

/// Edges whose squares are added together, one edge a lane, and room for what whole vectors write beyond the last one.
constexpr int group = on_host ? 16 : 8;
/// Edges of a row that are added without a branch in between.
constexpr int step = 4;

/// At most edges_together edges of some rows: x_j - x_i, and w_ij / (|x_j - x_i| + softening).
template <int D>
struct Edges {
  static constexpr int width = D > 4 ? 8 : (D > 2 ? 4 : D);  ///< a power of two

  Index rows_of[edges_together + group];
  float toward[edges_together + group][width];
  float strengths[edges_together + group];

  /// Edges begin .. end here are of row i. Whole vectors are written: the length of a row makes no branch.
  KOKKOS_INLINE_FUNCTION void claim(Index i, std::uint64_t begin, std::uint64_t end) {
    for (auto u = begin; u < end; u += 8) {
      for (int v = 0; v < 8; ++v) rows_of[u + v] = i;
    }
  }
  /// The n edges from k on, and zeros behind.
  KOKKOS_INLINE_FUNCTION void look(const detail::PullRow<D>& rows, std::uint64_t k, int n) {
    const auto ahead = rows.ahead_of(k + n);
    for (int u = 0; u < n; ++u) {
      rows.look(k + u, ahead, row<D>(rows.x, rows_of[u]), toward[u]);
      for (int a = D; a < width; ++a) toward[u][a] = 0;
    }
    for (int u = n; u < n + group; ++u) {
      for (float& coordinate : toward[u]) coordinate = 0;
    }
  }
  KOKKOS_INLINE_FUNCTION void find_strengths(const float* weights, int n, float softening) {
    for (int u = 0; u < n; u += group) {
      float squares[group * width];
      const float* all = toward[u];
#pragma omp simd
      for (int k = 0; k < group * width; ++k) squares[k] = all[k] * all[k];
      detail::add_pairs<group, group * width>(squares);
#pragma omp simd
      for (int v = 0; v < group; ++v) strengths[u + v] = 1 / (sqrtf(squares[v]) + softening);
    }
#pragma omp simd
    for (int u = 0; u < n; ++u) strengths[u] *= weights[u];
  }
  /// Those begin .. end, and what follows them times zero, which adds nothing.
  KOKKOS_INLINE_FUNCTION void add(int begin, int end, float (&sum)[D]) const {
    for (int u = begin; u < end; u += step) {
      float part[step];
#pragma omp simd
      for (int v = 0; v < step; ++v) part[v] = u + v < end ? strengths[u + v] : 0;
      for (int v = 0; v < step; ++v) {
#pragma omp simd
        for (int a = 0; a < D; ++a) sum[a] += part[v] * toward[u + v][a];
      }
    }
  }
};

template <int D>
void pull_rows(const detail::PullRow<D>& rows, float softening) {
  const Index n = rows.csr.n_rows();
  Kokkos::parallel_for(
      "circo::unit_pull", Range(0, (n + rows_together - 1) / rows_together), KOKKOS_LAMBDA(const Index block) {
        const auto& offsets = rows.csr.offsets;
        const Index last = n - block * rows_together < rows_together ? n : (block + 1) * rows_together;
        Edges<D> edges;
        for (Index first = block * rows_together, next; first < last; first = next) {
          const auto begin = offsets(first);
          for (next = first + 1; next < last && offsets(next + 1) - begin <= edges_together;) ++next;
          const auto find = [&](std::uint64_t k, int count) {
            edges.look(rows, k, count);
            edges.find_strengths(rows.csr.weights.data() + k, count, softening);
          };
          if (next == first + 1) {  // maybe a long row, which is pulled in pieces
            float sum[D] = {};
            edges.claim(first, 0, edges_together);
            for (auto k = begin; k < offsets(next); k += edges_together) {
              const auto left = offsets(next) - k;
              const int count = left < edges_together ? static_cast<int>(left) : edges_together;
              find(k, count);
              edges.add(0, count, sum);
            }
            rows.store(first, sum);
            continue;
          }
          for (Index i = first; i < next; ++i) edges.claim(i, offsets(i) - begin, offsets(i + 1) - begin);
          find(begin, static_cast<int>(offsets(next) - begin));
          for (Index i = first; i < next; ++i) {
            float sum[D] = {};
            edges.add(static_cast<int>(offsets(i) - begin), static_cast<int>(offsets(i + 1) - begin), sum);
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
