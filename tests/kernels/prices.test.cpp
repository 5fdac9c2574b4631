#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
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

TEST_CASE_FIXTURE(testing::WithKokkos,
                  "prices weigh with load for each traffic, within bounds, and alike where both are in step") {
  const auto weights = [](const std::vector<float>& loads, const std::vector<float>& degrees, double traffic_per_load) {
    const Values out("weights", loads.size());
    price_weights(to_device(loads), to_device(degrees), traffic_per_load, out);
    return to_host(out);
  };
  // All traffic 8, all load 4. Without traffic, or nearly, a price is all that counts; without load it is next to
  // nothing.
  CHECK(weights({1, 2, 0.5f, 0.5f, 0, 0}, {2, 1, 2, 0, 1, 0}, 2) ==
        std::vector<float>{1, 4, 0.5f, greatest_price_weight, 1 / greatest_price_weight, greatest_price_weight});
  CHECK(weights({0.25f, 0.5f, 1}, {1, 2, 4}, 4) == std::vector<float>{1, 1, 1});
  CHECK(weights({1, 1}, {1e-30f, 1e30f}, 1) == std::vector<float>{greatest_price_weight, 1 / greatest_price_weight});
  CHECK(weights({}, {}, 1).empty());
}

TEST_CASE("loads that are no numbers, and other sizes, are refused") {
  std::vector<float> surcharges(1);
  CHECK_THROWS_AS(update_prices(std::vector<double>{std::numeric_limits<double>::quiet_NaN()}, surcharges),
                  NumericalError);
  CHECK_THROWS_AS(update_prices(std::vector<double>{1, 1}, surcharges), std::invalid_argument);
}
