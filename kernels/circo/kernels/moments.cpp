#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/row_products.hpp>

namespace circo::kernels {
namespace {

constexpr double limit = 262144.0;  // 2^18

template <int D>
std::vector<std::int64_t> sums_of(const Chunks& chunks, const ConstValues& masses, const ConstRows& x) {
  return detail::chunk_sums<D + D*(D + 1) / 2>(
      "circo::moment_sums", chunks, moment_scale, limit,
      KOKKOS_LAMBDA(const Index begin, const Index end, double* sums) {
        float first[D] = {};
        constexpr int half = D / 2;  // beyond it the matrix is the same
        float second[half + 1][D] = {};
        detail::add_row_products<D, half + 1>(masses, x, x, begin, end, first, second);
        for (int a = 0, k = D; a < D; ++a) {
          sums[a] = first[a];
          for (int b = 0; b <= a; ++b) sums[k++] = a - b <= half ? second[a - b][b] : second[D + b - a][a];
        }
      });
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
