#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/error.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "degrees are the sums of absolute weights, 0 without edges") {
  auto graph = testing::random_graph(500, 5, 2, true);
  graph.offsets.push_back(graph.offsets.back());
  const Values result("result", graph.n());
  degrees(graph.on_device(), result);
  const auto d = to_host(result);
  for (Index i = 0; i < graph.n(); ++i) {
    double expected = 0;
    for (auto k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) expected += std::abs(graph.weights[k]);
    CHECK(d[i] == doctest::Approx(expected));
  }
  CHECK(d.back() == 0);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "a degree has the same bits wherever its row lies") {
  const auto weights = testing::random_values(40, 6, -1, 1);
  for (std::size_t length = 0; length <= 20; ++length) {
    testing::Graph alone{{0, length}, std::vector<Index>(length), {weights.begin(), weights.begin() + length}};
    testing::Graph followed{{0, length, 40}, std::vector<Index>(40), weights};
    const Values last("last", 1), first("first", 2);
    degrees(alone.on_device(), last);
    degrees(followed.on_device(), first);
    CHECK(to_host(last)[0] == to_host(first)[0]);
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "masses are shares, and zero when there is no traffic") {
  const auto d = to_device(std::vector<float>{1, 0, 3});
  const Values m("masses", 3);
  masses(d, 4, m);
  CHECK(to_host(m) == std::vector<float>{0.25f, 0, 0.75f});
  masses(d, 0, m);
  CHECK(to_host(m) == std::vector<float>{0, 0, 0});
  CHECK_THROWS_AS(masses(d, std::numeric_limits<double>::quiet_NaN(), m), NumericalError);
  CHECK_THROWS_AS(masses(d, -1, m), NumericalError);
  CHECK_THROWS_AS(masses(d, 1, Values("short", 2)), std::invalid_argument);
}
