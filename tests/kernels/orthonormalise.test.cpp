#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>
#include <circo/kernels/orthonormalise.hpp>

using namespace circo::kernels;

namespace {

const Index n = 700;

Values equal_masses() { return to_device(std::vector<float>(n, 1.0f / n)); }

Moments moments_of(const Rows& x) {
  const auto sums = moment_sums(Chunks(std::vector<Index>{0, 300, n}), equal_masses(), x);
  return moments_from(static_cast<int>(x.extent(1)), sums);
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "coordinates come out with mean 0 and covariance 1 in every dimension") {
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const Rows x = to_device_rows(testing::random_values(n * d, 1, -1, 3), d), v("v", n, d);
    orthonormalise(moments_of(x), n, x, v);
    const Moments after = moments_of(x);
    for (int a = 0; a < static_cast<int>(d); ++a) {
      CHECK(std::abs(after.mean[a]) < 1e-6);
      for (int b = 0; b <= a; ++b) CHECK(std::abs(after.covariance(a, b) - (a == b ? 1 : 0)) < 1e-5);
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "velocities get the linear part of the map of the coordinates") {
  const std::size_t d = 3;
  const auto start = testing::random_values(n * d, 2, -2, 1), move = testing::normal_values(n * d, 3);
  auto moved = start;
  for (std::size_t k = 0; k < moved.size(); ++k) moved[k] += move[k];
  const Rows x = to_device_rows(start, d), v = to_device_rows(move, d), y = to_device_rows(moved, d),
             unused("unused", n, d);
  const Moments moments = moments_of(x);
  orthonormalise(moments, n, x, v);
  orthonormalise(moments, n, y, unused);
  const auto from = to_host(x), by = to_host(v), to = to_host(y);
  for (std::size_t k = 0; k < from.size(); ++k) REQUIRE(std::abs(from[k] + by[k] - to[k]) < 1e-4);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "ghosts are left") {
  const Rows x = to_device_rows(std::vector<float>{1, 3, 100}, 1), v = to_device_rows(std::vector<float>{0, 2, 100}, 1);
  Moments moments{.mean = {2}, .covariance = identity(1)};
  orthonormalise(moments, 2, x, v);
  CHECK(to_host(x) == std::vector<float>{-1, 1, 100});
  CHECK(to_host(v) == std::vector<float>{0, 2, 100});
}

TEST_CASE_FIXTURE(testing::WithKokkos, "actors all in one place, or in a plane, stay finite") {
  const Rows same = to_device_rows(std::vector<float>(n * 2, 3), 2), v("v", n, 2);
  orthonormalise(moments_of(same), n, same, v);
  for (const float value : to_host(same)) REQUIRE(std::abs(value) < 1e-5);

  auto flat = testing::normal_values(n * 2, 5);
  for (std::size_t i = 0; i < n; ++i) flat[2 * i + 1] = flat[2 * i];
  const Rows line = to_device_rows(flat, 2);
  orthonormalise(moments_of(line), n, line, v);
  for (const float value : to_host(line)) REQUIRE(std::abs(value) < 10);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "NaN in the moments raises an error") {
  Moments moments{.mean = {0}, .covariance = identity(1)};
  moments.covariance(0, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(orthonormalise(moments, 1, Rows("x", 1, 1), Rows("v", 1, 1)), NumericalError);
  CHECK_THROWS_AS(orthonormalise({}, 1, Rows("x", 1, 1), Rows("v", 1, 1)), std::invalid_argument);
}
