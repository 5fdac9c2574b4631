#include <circo/kernels/chunk_sums.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/row_products.hpp>

namespace circo::kernels {
namespace {

constexpr double limit = 524288.0;  // 2^19

template <int D>
std::vector<std::int64_t> sums_of(const Chunks& chunks, const ConstValues& masses, const ConstRows& x,
                                  const ConstRows& f) {
  return detail::chunk_sums<D*(D + 1) / 2>(
      "circo::ritz_sums", chunks, ritz_scale, limit, KOKKOS_LAMBDA(const Index begin, const Index end, double* sums) {
        detail::RowProducts<D, D> products;
        products.add(masses, x, f, begin, end);
        float values[1 + D][D];
        products.write(values[0]);
        const auto* full = values + 1;
        for (int a = 0, k = 0; a < D; ++a) {
          for (int b = 0; b <= a; ++b) sums[k++] = -0.5 * (1.0 * full[a - b][b] + full[(D + b - a) % D][a]);
        }
      });
}

}  // namespace

std::vector<std::int64_t> ritz_sums(const Chunks& chunks, const ConstValues& masses, const ConstRows& x,
                                    const ConstRows& f) {
  expect_size("ritz_sums", "masses", masses.extent(0), chunks.n_rows());
  expect_at_least("ritz_sums", "x", x.extent(0), chunks.n_rows());
  expect_at_least("ritz_sums", "f", f.extent(0), chunks.n_rows());
  expect_size("ritz_sums", "the dimension of f", f.extent(1), x.extent(1));
  return with_dimension(x.extent(1), [&]<int D>() { return sums_of<D>(chunks, masses, x, f); });
}

Matrix ritz_matrix(int dimension, std::span<const std::int64_t> sums) {
  expect_size("ritz_matrix", "sums", sums.size(), static_cast<std::size_t>(dimension) * (dimension + 1) / 2);
  return unpack_symmetric(dimension, sums, ritz_scale);
}

}  // namespace circo::kernels
