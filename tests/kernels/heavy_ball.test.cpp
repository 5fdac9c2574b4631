#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/heavy_ball.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "the step equals a naive loop and stops at the bound") {
  const HeavyBall ball{.alpha = 0.7f, .beta = 0.9f, .bound = 1.5f};
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(100 * d, 1), v = testing::normal_values(100 * d, 2),
               f = testing::normal_values(100 * d, 3);
    const Rows dx = to_device_rows(x, d), dv = to_device_rows(v, d);
    heavy_ball(ball, to_device_rows(f, d), dx, dv);
    const auto new_x = to_host(dx), new_v = to_host(dv);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double moved = 0.9 * v[k] + 0.7 * f[k];
      const bool out = std::abs(x[k] + moved) > 1.5;
      REQUIRE(new_x[k] == doctest::Approx(out ? std::copysign(1.5, x[k] + moved) : x[k] + moved).epsilon(1e-5));
      REQUIRE(new_v[k] == doctest::Approx(out ? 0 : moved).epsilon(1e-5));
    }
  }
}

TEST_CASE("the tuned ball damps little when the spectrum is low, and much when it is high") {
  const HeavyBall slow = tuned_heavy_ball(std::vector<double>{1e-6, 1e-5});
  const HeavyBall fast = tuned_heavy_ball(std::vector<double>{0.5, 3});
  CHECK(slow.beta == doctest::Approx(0.9912).epsilon(1e-3));
  CHECK(slow.alpha == doctest::Approx(1.9427).epsilon(1e-3));
  CHECK(fast.beta == doctest::Approx(0.0315).epsilon(1e-2));
  CHECK(tuned_heavy_ball(std::vector<double>{0}).beta < 1);
  CHECK_THROWS_AS(tuned_heavy_ball({}), NumericalError);
  CHECK_THROWS_AS(tuned_heavy_ball(std::vector<double>{std::numeric_limits<double>::quiet_NaN()}), NumericalError);
}

TEST_CASE_FIXTURE(testing::WithKokkos,
                  "factors that are no numbers, and bounds that the sums cannot take, are refused") {
  const Rows x("x", 1, 1), v("v", 1, 1), f("f", 1, 1);
  CHECK_THROWS_AS(heavy_ball({.alpha = std::numeric_limits<float>::quiet_NaN()}, f, x, v), NumericalError);
  CHECK_THROWS_AS(heavy_ball({.bound = 0}, f, x, v), NumericalError);
  CHECK_THROWS_AS(heavy_ball({.bound = 513}, f, x, v), NumericalError);
  CHECK_THROWS_AS(heavy_ball({}, f, x, Rows("v", 1, 2)), std::invalid_argument);
  CHECK_NOTHROW(heavy_ball({}, Rows("f", 0, 3), Rows("x", 0, 3), Rows("v", 0, 3)));
}
