#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/space/vigil.hpp>

using namespace circo;

namespace {

Condition epoch(double imbalance, double remote_share, std::uint64_t actors = 1000) {
  return {imbalance, remote_share, actors};
}

}  // namespace

TEST_CASE("what does not change disturbs nobody, and neither does noise") {
  const std::uint64_t seed = test::test_seed();
  CAPTURE(seed);
  Random random{seed, 0};
  Vigil vigil;
  vigil.begin(epoch(1.05, 0.1025));
  for (int k = 0; k < 1000; ++k)
    CHECK_FALSE(vigil.disturbed(epoch(1.04 + 0.02 * random.uniform(), 0.1 + 0.005 * random.uniform())));
}

TEST_CASE("load, traffic and actors that change disturb at once") {
  Vigil vigil;
  auto rest = [&] {
    vigil.begin(epoch(1.04, 0.02));
    for (int k = 0; k < 30; ++k) REQUIRE_FALSE(vigil.disturbed(epoch(1.04, 0.02)));
  };
  rest();
  CHECK(vigil.disturbed(epoch(1.15, 0.02)));
  rest();
  CHECK(vigil.disturbed(epoch(1.04, 0.06)));
  rest();
  CHECK(vigil.disturbed(epoch(1.04, 0.02, 1100)));
  rest();
  CHECK(vigil.disturbed(epoch(1.04, 0.02, 900)));
}

TEST_CASE("less load at the heaviest and less remote traffic are no reason to wake up") {
  Vigil vigil;
  vigil.begin(epoch(1.3, 0.2));
  for (int k = 0; k < 30; ++k) vigil.disturbed(epoch(1.3, 0.2));
  CHECK_FALSE(vigil.disturbed(epoch(1.0, 0.05)));
}

TEST_CASE("what changes in the very first epoch of the rest disturbs as well") {
  Vigil vigil;
  vigil.begin(epoch(1.04, 0.02));
  CHECK(vigil.disturbed(epoch(1.8, 0.02)));
}

TEST_CASE("what it has been woken by in vain does not wake it again and again") {
  Vigil vigil;
  int woken = 0;
  for (int k = 0; k < 300; ++k) {
    if (k == 0 || vigil.disturbed(epoch(k % 2 == 0 ? 1.01 : 1.18, 0.02))) {
      vigil.begin(epoch(1.01, 0.02));
      ++woken;
    }
  }
  CHECK(woken <= 3);
}
