#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/cells.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "cells have the loads, centroids and counts of a naive loop") {
  const Index n = 2000;
  const std::uint32_t p = 7;  // the last cell stays empty
  const Chunks chunks(std::vector<Index>{0, 900, n});
  const auto owners = testing::random_labels(n, 1, p - 1);
  const auto loads = testing::random_values(n, 2, 0, 2.0f * p / n);
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(n * d, 3);
    const auto sums = cell_sums(chunks, to_device(owners), to_device(loads), to_device_rows(x, d), p);
    const Cells cells = cells_from(static_cast<int>(d), sums);
    REQUIRE(cells.loads.size() == p);
    for (std::uint32_t r = 0; r < p; ++r) {
      double load = 0;
      std::int64_t count = 0;
      std::vector<double> centroid(d);
      for (Index i = 0; i < n; ++i) {
        if (owners[i] != r) continue;
        load += loads[i];
        ++count;
        for (std::size_t a = 0; a < d; ++a) centroid[a] += 1.0 * loads[i] * x[i * d + a];
      }
      CHECK(std::abs(cells.loads[r] - load) < 1e-9);
      CHECK(cells.counts[r] == count);
      for (std::size_t a = 0; a < d; ++a) {
        CHECK(std::abs(cells.centroid(r)[a] - (load > 0 ? centroid[a] / load : 0)) < 1e-7);
      }
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "actors without load count, but do not draw the centroid") {
  const auto sums = cell_sums(Chunks(std::vector<Index>{0, 2}), to_device(std::vector<std::uint32_t>{0, 0}),
                              to_device(std::vector<float>{0, 1}), to_device_rows(std::vector<float>{9, 2}, 1), 1);
  const Cells cells = cells_from(1, sums);
  CHECK(cells.centroid(0)[0] == 2);
  CHECK(cells.counts[0] == 2);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "a coordinate far out is drawn in to the reach") {
  const auto sums = cell_sums(Chunks(std::vector<Index>{0, 1}), to_device(std::vector<std::uint32_t>{0}),
                              to_device(std::vector<float>{1048576}), to_device_rows(std::vector<float>{-1e9f}, 1), 1);
  CHECK(cells_from(1, sums).centroid(0)[0] == -reach);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "what cannot be added raises an error") {
  const auto try_with = [](std::uint32_t owner, float load, float x) {
    return cell_sums(Chunks(std::vector<Index>{0, 1}), to_device(std::vector<std::uint32_t>{owner}),
                     to_device(std::vector<float>{load}), to_device_rows(std::vector<float>{x}, 1), 3);
  };
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK_NOTHROW(try_with(2, 1, 0));
  CHECK_THROWS_AS(try_with(3, 1, 0), NumericalError);
  for (const float bad : {nan, infinity, -1.0f, 1e10f}) CHECK_THROWS_AS(try_with(0, bad, 0), NumericalError);
  for (const float bad : {nan, infinity}) CHECK_THROWS_AS(try_with(0, 1, bad), NumericalError);
  CHECK_THROWS_AS(cell_sums(Chunks(std::vector<Index>{0, 1}), Labels(), Values("l", 1), Rows("x", 1, 1), 3),
                  std::invalid_argument);
}
