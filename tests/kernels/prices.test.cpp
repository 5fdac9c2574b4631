#include <limits>

#include <doctest/doctest.h>

#include <circo/kernels/error.hpp>
#include <circo/kernels/prices.hpp>

using namespace circo::kernels;

TEST_CASE("a price goes with the load, within bounds") {
  std::vector<float> surcharges(4);
  const auto prices = update_prices(std::vector<double>{1, 1.02, 0.98, 0.1}, surcharges);
  CHECK(prices[0] == doctest::Approx(0));
  CHECK(prices[1] == doctest::Approx(0.012));
  CHECK(prices[2] == doctest::Approx(-0.012));
  CHECK(prices[3] == doctest::Approx(-0.03));
  CHECK(surcharges == std::vector<float>(4));
}

TEST_CASE("a surcharge grows while the load is over the cap, and decays after") {
  std::vector<float> surcharges{0, 0};
  update_prices(std::vector<double>{1.09, 9}, surcharges);
  CHECK(surcharges[0] == doctest::Approx(0.05));
  CHECK(surcharges[1] == doctest::Approx(0.2));
  update_prices(std::vector<double>{1.09, 1.04}, surcharges);
  CHECK(surcharges[0] == doctest::Approx(0.1));
  CHECK(surcharges[1] == doctest::Approx(0.14));
}

TEST_CASE("the lightest labels come lightest first, equals by number") {
  const std::vector<double> loads{1, 0.5, 2, 0.5, 0.1};
  CHECK(lightest_labels(loads, 3) == std::vector<std::uint32_t>{4, 1, 3});
  CHECK(lightest_labels(loads, 9).size() == 5);
  CHECK(lightest_labels({}).empty());
}

TEST_CASE("loads that are no numbers, and other sizes, are refused") {
  std::vector<float> surcharges(1);
  CHECK_THROWS_AS(update_prices(std::vector<double>{std::numeric_limits<double>::quiet_NaN()}, surcharges),
                  NumericalError);
  CHECK_THROWS_AS(update_prices(std::vector<double>{1, 1}, surcharges), std::invalid_argument);
}
