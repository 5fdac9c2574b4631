#include <cmath>
#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/moments.hpp>

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
    std::vector<double> mean(d);
    for (std::size_t k = 0; k < x.size(); ++k) mean[k % d] += 1.0 * m[k / d] * x[k];
    for (std::size_t p = 0; p < d; ++p) {
      CHECK(std::abs(moments.mean[p] - mean[p]) < 1e-12);
      for (std::size_t q = 0; q < d; ++q) {
        double expected = -mean[p] * mean[q];
        for (Index i = 0; i < n; ++i) expected += 1.0 * m[i] * x[i * d + p] * x[i * d + q];
        CHECK(std::abs(moments.covariance(static_cast<int>(p), static_cast<int>(q)) - expected) < 1e-11);
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
