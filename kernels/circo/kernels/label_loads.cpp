#include <circo/kernels/cells.hpp>
#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/lanes_memory.hpp>
#include <circo/kernels/prefetch.hpp>

namespace circo::kernels {
namespace {

/// Sums of cut_sum() that go on side by side.
constexpr int lanes = 16;

/// Rows that have the label in question: edges to them are not cut. `n` 0: none is known.
struct Near {
  Index first = 0, n = 0;

  /// Whether `lanes` edges lead to such rows.
  KOKKOS_INLINE_FUNCTION bool has_all(const Index* columns) const { return detail::all_within(columns, first, n); }
};

struct CutEdges {
  /// Rows before or behind a chunk whose labels are looked at together.
  static constexpr Index step = 64;
  /// Edges between asking for a partner's label and reading it.
  static constexpr std::uint64_t look_ahead = 512;
  /// Labels are gathered one by one, then compared by vectors.
  static constexpr int edges_together = on_host ? 128 : lanes;

  Csr csr;
  ConstLabels labels;
  std::uint64_t n_edges = csr.n_edges();

  /// Asks for what a chunk behind begin .. end begins with.
  KOKKOS_INLINE_FUNCTION void ask_ahead_of(Index begin, Index end) const {
    ask_ahead(labels.data() + begin, end - begin);
    prefetch(csr.offsets.data() + end + std::ptrdiff_t{2} * chunk_rows);
  }
  /// Whether rows begin .. end have this label: by whole vectors, as most chunks have one label.
  KOKKOS_INLINE_FUNCTION bool all_have(std::uint32_t label, Index begin, Index end) const {
    std::uint32_t differ = 0;
    for (std::size_t i = begin; i < end; ++i) differ |= labels.data()[i] ^ label;
    return differ == 0;
  }
  /// Rows of this label: the chunk begin .. end, which has it, and some hundreds beside it.
  KOKKOS_INLINE_FUNCTION Near near(std::uint32_t label, Index begin, Index end) const {
    const auto n = static_cast<Index>(labels.extent(0));
    Index first = begin, last = end;
    while (first >= step && begin - first < chunk_rows && all_have(label, first - step, first)) first -= step;
    while (n - last >= step && last - end < chunk_rows && all_have(label, last, last + step)) last += step;
    return {first, last - first};
  }
  /// Adds to cut the weights of the edges first .. last, of rows with this label, to partners with another one.
  KOKKOS_INLINE_FUNCTION void add(std::uint64_t first, std::uint64_t last, std::uint32_t label, const Near& near,
                                  double (&cut)[lanes]) const {
    std::uint32_t theirs[edges_together];
    const std::uint64_t ahead = last + look_ahead <= n_edges ? look_ahead : 0;
    for (auto k = first; k < last; k += edges_together) {
      const Index* columns = csr.columns.data() + k;
      const float* weights = csr.weights.data() + k;
      const int n = last - k < edges_together ? static_cast<int>(last - k) : edges_together;
      const auto gather = [&](int u) { theirs[u] = labels.data()[columns[u]]; };
      const auto ask = [&](int u) { prefetch(labels.data() + columns[u + ahead]); };
      int u = 0;
      for (; u + lanes <= n; u += lanes) {
        ask_ahead(columns + u, lanes);
        ask_ahead(weights + u, lanes);
        // Where actors live with their partners this saves most look-ups, four loads an edge.
        if (!near.has_all(columns + u + ahead)) {
          for (int lane = 0; lane < lanes; ++lane) ask(u + lane);
        }
        if (near.has_all(columns + u)) {
          for (int lane = 0; lane < lanes; ++lane) theirs[u + lane] = label;
        } else {
          for (int lane = 0; lane < lanes; ++lane) gather(u + lane);
        }
      }
      for (; u < n; ++u) {
        ask(u);
        gather(u);
      }
      for (u = 0; u + lanes <= n; u += lanes) {
#pragma omp simd
        for (int lane = 0; lane < lanes; ++lane) {
          const float weight = weights[u + lane];
          cut[lane] += theirs[u + lane] != label ? weight : 0;
        }
      }
      for (int lane = 0; u < n; ++lane, ++u) cut[lane] += theirs[u] != label ? weights[u] : 0;
    }
  }
};

}  // namespace

std::vector<std::int64_t> label_load_sums(const Chunks& chunks, const ConstLabels& labels, const ConstValues& loads,
                                          std::uint32_t n_labels) {
  expect_at_least("label_load_sums", "labels", labels.extent(0), chunks.n_rows());
  expect_at_least("label_load_sums", "loads", loads.extent(0), chunks.n_rows());
  const Array<std::int64_t> sums("circo::label_load_sums", n_labels);
  const auto bounds = chunks.bounds();
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::label_load_sums", Range(0, chunks.size()),
      KOKKOS_LAMBDA(const Index c, std::uint64_t& bad) {
        std::int64_t run = 0;  // of neighbors in the arena with the same label
        const Index end = bounds(c, 1);
        for (Index i = bounds(c, 0); i < end; ++i) {
          const std::uint32_t label = labels(i);
          if (label >= n_labels || !(loads(i) >= 0 && loads(i) <= largest_load)) {
            ++bad;
            break;
          }
          run += to_fixed(loads(i), load_scale);
          if (i + 1 < end && labels(i + 1) == label) continue;
          Kokkos::atomic_add(&sums(label), run);
          run = 0;
        }
      },
      n_bad);
  if (n_bad > 0) {
    throw NumericalError(
        "label_load_sums: " + std::to_string(n_bad) +
        " chunks have an actor with a load that is not in [0, 2^20], or a label >= " + std::to_string(n_labels));
  }
  return to_host(sums);
}

std::vector<double> loads_from(std::span<const std::int64_t> sums) {
  std::vector<double> loads;
  for (const auto sum : sums) loads.push_back(from_fixed(sum, load_scale));
  return loads;
}

std::int64_t cut_sum(const Csr& csr, const Chunks& chunks, const ConstLabels& labels, double total) {
  expect_size("cut_sum", "csr", csr.n_rows(), chunks.n_rows());
  expect_at_least("cut_sum", "labels", labels.extent(0), csr.n_rows());
  if (!is_finite(total) || total < 0) {
    throw NumericalError("cut_sum: total traffic is " + std::to_string(total) + ", expected a finite sum >= 0");
  }
  if (total == 0) return 0;
  const double limit = 1.001;  // total comes from rounded sums
  const CutEdges edges{csr, labels};
  return detail::chunk_sums<1>(
             "circo::cut_sum", chunks, cut_scale, limit,
             KOKKOS_LAMBDA(const Index begin, const Index end, double* partial) {
               double cut[lanes] = {};
               edges.ask_ahead_of(begin, end);
               const bool uniform = begin < end && edges.all_have(edges.labels(begin), begin, end);
               const Near near = uniform ? edges.near(edges.labels(begin), begin, end) : Near{};
               for (Index i = begin, next = begin; i < end; i = next) {
                 // The edges of neighbors in the arena with the same label are one run.
                 const std::uint32_t label = edges.labels(i);
                 next = uniform ? end : i + 1;
                 while (next < end && edges.labels(next) == label) ++next;
                 edges.add(edges.csr.offsets(i), edges.csr.offsets(next), label, near, cut);
               }
               double sum = 0;
               for (const double part : cut) sum += part;
               partial[0] = sum / total;
             })
      .front();
}

}  // namespace circo::kernels
