#include <cmath>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/rotate.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "x, v and f are multiplied by the matrix, ghosts are left") {
  const Index n_local = 50, n_total = 60;
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(n_total * d, 1), v = testing::normal_values(n_local * d, 2),
               f = testing::normal_values(n_local * d, 3);
    const auto entries = testing::normal_values(d * d, 4);
    Matrix q{.n = static_cast<int>(d), .entries = {}};
    for (std::size_t k = 0; k < d * d; ++k) q.entries[k / d][k % d] = entries[k];
    const Rows dx = to_device_rows(x, d), dv = to_device_rows(v, d), df = to_device_rows(f, d);
    rotate(q, dx, dv, df);
    const auto expect_rotated = [&](const std::vector<float>& before, const std::vector<float>& after) {
      for (std::size_t k = 0; k < before.size(); ++k) {
        double expected = 0;
        for (std::size_t b = 0; b < d; ++b) expected += q.entries[k % d][b] * before[k - k % d + b];
        if (k / d >= n_local) expected = before[k];
        REQUIRE(std::abs(after[k] - expected) < 1e-5);
      }
    };
    expect_rotated(x, to_host(dx));
    expect_rotated(v, to_host(dv));
    expect_rotated(f, to_host(df));
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "nobody turns without complaint, other shapes do not") {
  CHECK_NOTHROW(rotate(identity(2), Rows("x", 0, 2), Rows("v", 0, 2), Rows("f", 0, 2)));
  CHECK_THROWS_AS(rotate(identity(3), Rows("x", 1, 2), Rows("v", 1, 2), Rows("f", 1, 2)), std::invalid_argument);
  CHECK_THROWS_AS(rotate(identity(2), Rows("x", 1, 2), Rows("v", 0, 2), Rows("f", 1, 2)), std::invalid_argument);
}
