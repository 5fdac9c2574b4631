#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include <circo/defaults.hpp>
#include <circo/space/eras.hpp>

using namespace circo;

TEST_CASE("the space unfolds first, for as long as that wins, then origins take turns") {
  Eras eras;
  for (int k = 0; k < 3 * defaults::unfolding_eras; ++k) {
    CHECK(eras.present() == Origin::geometry);
    eras.end(true, 1);
    CHECK(eras.unfolded() == (k + 1 >= defaults::unfolding_eras));
  }
  eras.end(false, 1);
  std::set<Origin> seen;
  for (int k = 0; k < 3; ++k) {
    seen.insert(eras.present());
    eras.end(eras.present() != Origin::geometry, 1);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("a space that does not unfold has no more turns than it is given") {
  Eras eras;
  for (int k = 0; k < defaults::unfolding_eras; ++k) {
    CHECK(eras.present() == Origin::geometry);
    CHECK_FALSE(eras.unfolded());
    eras.end(false, 1);
  }
  CHECK(eras.unfolded());
  CHECK(eras.present() != Origin::geometry);
}

TEST_CASE("an origin that fails has fewer turns than those that win") {
  Eras eras;
  int geometries = 0;
  for (int k = 0; k < 60; ++k) {
    const bool geometry = eras.present() == Origin::geometry;
    geometries += geometry && k >= defaults::unfolding_eras;
    eras.end(!geometry, 1);
  }
  CHECK(geometries > 0);
  CHECK(geometries < 20);
}

TEST_CASE("the eras are exhausted when every origin has failed often, and only then") {
  Eras eras;
  for (int k = 0; k < 20; ++k) eras.end(true, 1);
  CHECK_FALSE(eras.exhausted());
  int ended = 0;
  for (; !eras.exhausted() && ended < 1000; ++ended) eras.end(false, 1);
  CHECK(ended >= 3 * defaults::fruitless_eras);
  CHECK(ended < 100);
  eras.restart();
  CHECK_FALSE(eras.exhausted());
}

TEST_CASE("one success gives every origin its chances back") {
  Eras eras;
  while (!eras.exhausted()) eras.end(false, 1);
  eras.end(true, 1);
  CHECK_FALSE(eras.exhausted());
}

TEST_CASE("steps become rare while nothing is won, and frequent again when something is") {
  Eras eras;
  double messages = eras.end_step(defaults::sweeps);
  CHECK(messages == defaults::eager_messages);
  eras.end(false, 0.2);
  for (int k = 0; k < 100; ++k) {
    const double next = eras.end_step(defaults::sweeps);
    CHECK(next == std::min(messages / defaults::fading_hope, defaults::patient_messages));
    messages = next;
    eras.end(k % 2 == 0, 0.2);
  }
  CHECK(messages == defaults::patient_messages);
  eras.end(false, 0.19);  // by whatever means
  CHECK(eras.end_step(defaults::sweeps) == doctest::Approx(defaults::eager_messages / 0.05));
  eras.end(true, 0.3);  // it has become worse
  CHECK(eras.end_step(defaults::sweeps) == doctest::Approx(defaults::eager_messages / 0.05 / defaults::fading_hope));
  eras.restart();
  CHECK(eras.end_step(defaults::sweeps / 2) == defaults::eager_messages);
  CHECK(eras.end_step(defaults::sweeps / 2) ==
        doctest::Approx(defaults::eager_messages / std::sqrt(defaults::fading_hope)));
}
