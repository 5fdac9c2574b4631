#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/row_products.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "mean and covariance equal a naive loop in every dimension") {
  const Index n = 1000;
  const Chunks chunks(std::vector<Index>{0, 100, 100, n});
  auto m = testing::random_values(n, 3, 0, 1);
  const float total = std::accumulate(m.begin(), m.end(), 0.0f);
  for (float& share : m) share /= total;
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::random_values(n * d, 1, -1, 3);
    const auto sums = moment_sums(chunks, to_device(m), to_device_rows(x, d));
    const Moments moments = moments_from(static_cast<int>(d), sums);
    const auto sum_of = [&](auto term) {
      double sum = 0, magnitude = 0;
      for (Index i = 0; i < n; ++i) {
        sum += m[i] * term(&x[i * d]);
        magnitude += m[i] * std::abs(term(&x[i * d]));
      }
      return std::pair{sum, magnitude * detail::row_products_error};
    };
    for (std::size_t p = 0; p < d; ++p) {
      const auto [mean_p, error_p] = sum_of([&](const float* y) { return static_cast<double>(y[p]); });
      CHECK(std::abs(moments.mean[p] - mean_p) < error_p);
      for (std::size_t q = 0; q < d; ++q) {
        const auto [mean_q, error_q] = sum_of([&](const float* y) { return static_cast<double>(y[q]); });
        const auto [product, error] = sum_of([&](const float* y) { return 1.0 * y[p] * y[q]; });
        CHECK(std::abs(moments.covariance(static_cast<int>(p), static_cast<int>(q)) - (product - mean_p * mean_q)) <
              error + 3 * (error_p + error_q));
      }
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "one actor has its place as mean and no covariance") {
  const auto sums = moment_sums(Chunks(std::vector<Index>{0, 1}), to_device(std::vector<float>{1}),
                                to_device_rows(std::vector<float>{2, -3}, 2));
  const Moments moments = moments_from(2, sums);
  CHECK(moments.mean[0] == 2);
  CHECK(moments.mean[1] == -3);
  CHECK(moments.covariance.entries == Matrix{}.entries);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "NaN, and what would overflow, raise an error") {
  const Chunks chunks(std::vector<Index>{0, 1});
  const auto one = to_device(std::vector<float>{1});
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
    CHECK_THROWS_AS(moment_sums(chunks, one, to_device_rows(std::vector<float>{bad}, 1)), NumericalError);
  }
  CHECK_THROWS_AS(moment_sums(chunks, Values("m", 2), Rows("x", 1, 1)), std::invalid_argument);
}
