#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/row_products.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "the Ritz matrix equals a naive loop in every dimension") {
  const Index n = 1000;
  const Chunks chunks(std::vector<Index>{0, 100, 100, n});
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(n * d, 1), f = testing::normal_values(n * d, 2);
    const auto m = testing::random_values(n, 3, 0, 2.0f / n);
    const auto sums = ritz_sums(chunks, to_device(m), to_device_rows(x, d), to_device_rows(f, d));
    const Matrix a = ritz_matrix(static_cast<int>(d), sums);
    for (std::size_t p = 0; p < d; ++p) {
      for (std::size_t q = 0; q < d; ++q) {
        double expected = 0, magnitude = 0;
        for (Index i = 0; i < n; ++i) {
          for (const double term :
               {0.5 * m[i] * x[i * d + p] * f[i * d + q], 0.5 * m[i] * x[i * d + q] * f[i * d + p]}) {
            expected -= term;
            magnitude += std::abs(term);
          }
        }
        CHECK(std::abs(a(static_cast<int>(p), static_cast<int>(q)) - expected) <
              magnitude * detail::row_products_error);
      }
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "no actors add nothing") {
  const auto sums = ritz_sums(Chunks(), Values(), Rows("x", 0, 2), Rows("f", 0, 2));
  CHECK(sums == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE_FIXTURE(testing::WithKokkos, "NaN, and what would overflow, raise an error") {
  const Chunks chunks(std::vector<Index>{0, 1});
  const auto one = to_device(std::vector<float>{1});
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
    const Rows x = to_device_rows(std::vector<float>{bad}, 1), f = to_device_rows(std::vector<float>{1}, 1);
    CHECK_THROWS_AS(ritz_sums(chunks, one, x, f), NumericalError);
    CHECK_THROWS_AS(ritz_sums(chunks, one, f, x), NumericalError);
  }
  CHECK_THROWS_AS(ritz_sums(chunks, one, Rows("x", 1, 2), Rows("f", 1, 3)), std::invalid_argument);
}
