#include <circo/kernels/cells.hpp>
#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/label_loads.hpp>

namespace circo::kernels {
namespace {

/// Sums of cut_sum() that go on side by side.
constexpr int lanes = 8;

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
  const auto offsets = csr.offsets;
  const auto columns = csr.columns;
  const auto weights = csr.weights;
  return detail::chunk_sums<1>(
             "circo::cut_sum", chunks, cut_scale, limit,
             KOKKOS_LAMBDA(const Index begin, const Index end, double* partial) {
               double cut[lanes] = {};
               for (Index i = begin, next = begin; i < end; i = next) {
                 // The edges of neighbors in the arena with the same label are one run.
                 const std::uint32_t label = labels(i);
                 while (next < end && labels(next) == label) ++next;
                 const auto last = offsets(next);
                 auto k = offsets(i);
                 const auto add = [&](int u) {
                   const float weight = weights(k + u);
                   cut[u] += labels(columns(k + u)) != label ? weight : 0;
                 };
                 for (; k + lanes <= last; k += lanes) {
                   for (int u = 0; u < lanes; ++u) add(u);
                 }
                 for (int u = 0; k + u < last; ++u) add(u);
               }
               double sum = 0;
               for (const double part : cut) sum += part;
               partial[0] = sum / total;
             })
      .front();
}

}  // namespace circo::kernels
