#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/totals.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "the total in units of the largest value is the sum") {
  for (const float magnitude : {1e-20f, 1.0f, 1e20f}) {
    const auto values = testing::random_values(5000, 3, 0, magnitude);
    const auto device = to_device(values);
    const float unit = max_of(device);
    CHECK(unit == *std::ranges::max_element(values));
    const Chunks chunks(std::vector<Index>{0, 1000, 1001, 5000});
    const double total = from_fixed(total_of("test", chunks, device, unit), total_scale) * unit;
    CHECK(total == doctest::Approx(std::accumulate(values.begin(), values.end(), 0.0)).epsilon(1e-9));
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "nothing, and zeros, add up to zero") {
  CHECK(max_of(Values()) == 0);
  CHECK(max_of(Values("zeros", 3)) == 0);
  CHECK(total_of("test", Chunks(), Values(), 0) == 0);
  CHECK(total_of("test", Chunks(std::vector<Index>{0, 3}), Values("zeros", 3), 0) == 0);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "values that are no numbers, or negative, raise an error") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1.0f}) {
    CHECK_THROWS_AS(max_of(to_device(std::vector<float>{1, bad})), NumericalError);
  }
  const Chunks chunks(std::vector<Index>{0, 1});
  const auto nan = to_device(std::vector<float>{std::numeric_limits<float>::quiet_NaN()});
  CHECK_THROWS_AS(total_of("test", chunks, nan, 1), NumericalError);
  CHECK_THROWS_AS(total_of("test", chunks, to_device(std::vector<float>{1e9f}), 1), NumericalError);
}
