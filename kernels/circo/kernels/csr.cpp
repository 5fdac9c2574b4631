#include <string>

#include <circo/kernels/csr.hpp>
#include <circo/kernels/error.hpp>

namespace circo::kernels {
namespace {

std::uint64_t count_bad_rows(const Csr& csr) {
  std::uint64_t bad = 0;
  const auto offsets = csr.offsets;
  const std::uint64_t n_edges = csr.n_edges();
  Kokkos::parallel_reduce(
      "circo::validate_offsets", Range(0, csr.n_rows()),
      KOKKOS_LAMBDA(const Index i, std::uint64_t& count) {
        if (offsets(i) > offsets(i + 1) || offsets(i + 1) > n_edges || (i == 0 && offsets(0) != 0)) ++count;
      },
      bad);
  return bad;
}

using Edges = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::uint64_t>>;

std::uint64_t count_bad_columns(const Csr& csr, Index n_total) {
  std::uint64_t bad = 0;
  const auto columns = csr.columns;
  Kokkos::parallel_reduce(
      "circo::validate_columns", Edges(0, csr.n_edges()),
      KOKKOS_LAMBDA(const std::uint64_t k, std::uint64_t& count) {
        if (columns(k) >= n_total) ++count;
      },
      bad);
  return bad;
}

std::uint64_t count_bad_weights(const Csr& csr) {
  std::uint64_t bad = 0;
  const auto weights = csr.weights;
  Kokkos::parallel_reduce(
      "circo::validate_weights", Edges(0, csr.n_edges()),
      KOKKOS_LAMBDA(const std::uint64_t k, std::uint64_t& count) {
        if (!is_finite(weights(k))) ++count;
      },
      bad);
  return bad;
}

}  // namespace

void validate(const Csr& csr, Index n_total) {
  expect_size("validate", "Csr::weights", csr.weights.extent(0), csr.n_edges());
  if (const auto bad = count_bad_rows(csr); bad > 0) {
    throw std::invalid_argument("validate: " + std::to_string(bad) +
                                " rows of the traffic graph end before they begin, or outside its " +
                                std::to_string(csr.n_edges()) + " edges; expected offsets that ascend from 0");
  }
  if (const auto bad = count_bad_columns(csr, n_total); bad > 0) {
    throw std::invalid_argument("validate: " + std::to_string(bad) +
                                " edges of the traffic graph lead to no actor; expected columns below " +
                                std::to_string(n_total));
  }
  if (const auto bad = count_bad_weights(csr); bad > 0) {
    throw NumericalError("validate: " + std::to_string(bad) + " of " + std::to_string(csr.n_edges()) +
                         " edge weights of the traffic graph are NaN or infinite; look at the infoton energies sent");
  }
}

}  // namespace circo::kernels
