#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include <circo/kernels/fixed_point.hpp>

using namespace circo::kernels;

TEST_CASE("a real comes back from fixed point within half a unit") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> value(-1000, 1000);
  const double scale = 4294967296.0;
  for (int k = 0; k < 1000; ++k) {
    const double x = value(random);
    CHECK(std::abs(from_fixed(to_fixed(x, scale), scale) - x) <= 0.5 / scale);
  }
}

TEST_CASE("halves are rounded away from zero, on both sides alike") {
  CHECK(to_fixed(0.5, 1) == 1);
  CHECK(to_fixed(-0.5, 1) == -1);
  CHECK(to_fixed(0.49999999999999994, 1) <= 1);
  CHECK(to_fixed(2.4, 1) == 2);
  CHECK(to_fixed(-2.6, 1) == -3);
  CHECK(to_fixed(0.0, 1e15) == 0);
}

TEST_CASE("integers beyond 2^52 are kept as they are") {
  for (const double big : {4503599627370497.0, 4503599627370499.0, 9007199254740991.0, -4503599627370497.0}) {
    CHECK(to_fixed(big, 1) == static_cast<std::int64_t>(big));
  }
  CHECK(to_fixed(1, 4611686018427387904.0) == 4611686018427387904);
}
