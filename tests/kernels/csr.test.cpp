#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/error.hpp>

using namespace circo::kernels;
using testing::Graph;

TEST_CASE_FIXTURE(testing::WithKokkos, "a sound graph passes, without edges or actors too") {
  CHECK_NOTHROW(validate(testing::random_graph(100, 6, 1).on_device(), 100));
  CHECK_NOTHROW(validate(Graph{}.on_device(), 0));
  CHECK_NOTHROW(validate(Csr{}, 0));
  CHECK_NOTHROW(validate(Graph{{0, 0, 0}, {}, {}}.on_device(), 2));
}

TEST_CASE_FIXTURE(testing::WithKokkos, "a graph that would be read out of bounds is refused") {
  CHECK_THROWS_AS(validate(Graph{{0, 1}, {1}, {1}}.on_device(), 1), std::invalid_argument);
  CHECK_THROWS_AS(validate(Graph{{0, 2}, {0}, {1}}.on_device(), 1), std::invalid_argument);
  CHECK_THROWS_AS(validate(Graph{{0, 1, 0}, {0}, {1}}.on_device(), 2), std::invalid_argument);
  CHECK_THROWS_AS(validate(Graph{{1, 1}, {0}, {1}}.on_device(), 1), std::invalid_argument);
  CHECK_THROWS_AS(validate(Graph{{0, 1}, {0}, {}}.on_device(), 1), std::invalid_argument);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "weights that are no numbers are refused") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    CHECK_THROWS_AS(validate(Graph{{0, 1}, {0}, {bad}}.on_device(), 1), NumericalError);
  }
}
