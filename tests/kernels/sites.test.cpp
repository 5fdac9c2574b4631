#include <limits>

#include <doctest/doctest.h>

#include <circo/kernels/error.hpp>
#include <circo/kernels/sites.hpp>

using namespace circo::kernels;

TEST_CASE("sites go to their centroids, and the influence of the heavy grows") {
  Sites sites{.dimension = 1, .positions = {0, 10}, .influences = {1, 1}};
  const Cells cells{.dimension = 1, .loads = {1.6, 0.4}, .centroids = {1, 20}, .counts = {4, 1}};
  CHECK(move_sites(sites, cells).empty());
  CHECK(sites.positions[0] == doctest::Approx(0.3));
  CHECK(sites.positions[1] == doctest::Approx(13));
  CHECK(sites.influences[0] / sites.influences[1] == doctest::Approx(2));
  CHECK(sites.influences[0] * sites.influences[1] == doctest::Approx(1));
}

TEST_CASE("starved sites are named, stay, and get the influence of the heaviest") {
  Sites sites{.dimension = 1, .positions = {0, 10, 20}, .influences = {1, 1, 1}};
  const Cells cells{.dimension = 1, .loads = {2.95, 0, 0.05}, .centroids = {1, 0, 20}, .counts = {4, 0, 1}};
  CHECK(move_sites(sites, cells) == std::vector<std::uint32_t>{1, 2});
  CHECK(sites.positions[1] == 10);
  for (const float influence : sites.influences) CHECK(influence == doctest::Approx(1));
}

TEST_CASE("one scheduler, without load too, and none, are no special case") {
  Sites one{.dimension = 2, .positions = {1, 2}, .influences = {1}};
  CHECK(move_sites(one, {.dimension = 2, .loads = {0}, .centroids = {0, 0}, .counts = {0}}).size() == 1);
  CHECK(one.positions == std::vector<float>{1, 2});
  CHECK(one.influences[0] == 1);
  Sites none{.dimension = 2, .positions = {}, .influences = {}};
  CHECK(move_sites(none, {}).empty());
}

TEST_CASE("loads or centroids that are no numbers, and another number of cells, are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Sites sites{.dimension = 1, .positions = {0}, .influences = {1}};
  CHECK_THROWS_AS(move_sites(sites, {.dimension = 1, .loads = {nan}, .centroids = {0}, .counts = {1}}), NumericalError);
  CHECK_THROWS_AS(move_sites(sites, {.dimension = 1, .loads = {1}, .centroids = {nan}, .counts = {1}}), NumericalError);
  CHECK_THROWS_AS(move_sites(sites, {}), std::invalid_argument);
}

TEST_CASE("sites turn with the axes") {
  Matrix quarter{.n = 2, .entries = {}};
  quarter(0, 1) = -1;
  quarter(1, 0) = 1;
  Sites sites{.dimension = 2, .positions = {1, 2, 3, 4}, .influences = {1, 1}};
  rotate(quarter, sites);
  CHECK(sites.positions == std::vector<float>{-2, 1, -4, 3});
  CHECK_THROWS_AS(rotate(identity(3), sites), std::invalid_argument);
}

TEST_CASE("slow dimensions are scaled up to commute times, and a disconnected graph stays finite") {
  const auto scale = commute_scale(std::vector<double>{0.01, 0.04, 1});
  CHECK(scale[0] == 1);
  CHECK(scale[1] == doctest::Approx(0.5));
  CHECK(scale[2] == doctest::Approx(0.1));
  for (const float factor : commute_scale(std::vector<double>{-1e-17, 0, 1e-12})) CHECK(factor == 1);
  CHECK_THROWS_AS(commute_scale(std::vector<double>{std::numeric_limits<double>::quiet_NaN()}), NumericalError);
}
