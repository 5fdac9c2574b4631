#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/row_products.hpp>

namespace circo::kernels {
namespace {

constexpr double limit = 262144.0;  // 2^18

/// Shifts of coordinates beyond which the matrix is the same.
template <int D>
constexpr int shifts = D / 2 + 1;

template <int D>
std::vector<std::int64_t> sums_of(const Chunks& chunks, const ConstValues& masses, const ConstRows& x) {
  const auto products = detail::chunk_sums<(1 + shifts<D>)*D>(
      "circo::moment_sums", chunks, moment_scale, limit,
      KOKKOS_LAMBDA(const Index begin, const Index end, double* sums) {
        detail::RowProducts<D, shifts<D>> rows;
        rows.add(masses, x, x, begin, end);
        float values[(1 + shifts<D>)*D];
        rows.write(values);
        for (int k = 0; k < (1 + shifts<D>)*D; ++k) sums[k] = values[k];
      });
  std::vector<std::int64_t> sums(products.begin(), products.begin() + D);
  for (int a = 0; a < D; ++a) {
    for (int b = 0; b <= a; ++b) {
      const int s = a - b;
      sums.push_back(products[s < shifts<D> ? (1 + s) * D + b : (1 + D - s) * D + a]);
    }
  }
  return sums;
}

}  // namespace

std::vector<std::int64_t> moment_sums(const Chunks& chunks, const ConstValues& masses, const ConstRows& x) {
  expect_size("moment_sums", "masses", masses.extent(0), chunks.n_rows());
  expect_at_least("moment_sums", "x", x.extent(0), chunks.n_rows());
  return with_dimension(x.extent(1), [&]<int D>() { return sums_of<D>(chunks, masses, x); });
}

Moments moments_from(int dimension, std::span<const std::int64_t> sums) {
  const auto d = static_cast<std::size_t>(dimension);
  expect_size("moments_from", "sums", sums.size(), d + d * (d + 1) / 2);
  Moments result{.mean = {}, .covariance = unpack_symmetric(dimension, sums.subspan(d), moment_scale)};
  for (int a = 0; a < dimension; ++a) result.mean[a] = from_fixed(sums[a], moment_scale);
  for (int a = 0; a < dimension; ++a) {
    for (int b = 0; b < dimension; ++b) result.covariance(a, b) -= result.mean[a] * result.mean[b];
  }
  return result;
}

}  // namespace circo::kernels
