#include <set>

#include <doctest/doctest.h>

#include <circo/defaults.hpp>
#include <circo/space/eras.hpp>

using namespace circo;

TEST_CASE("the space unfolds first, for as long as that wins, then origins take turns") {
  Eras eras;
  for (int k = 0; k < 3 * defaults::unfolding_eras; ++k) {
    CHECK(eras.present() == Origin::geometry);
    eras.end(true);
    CHECK(eras.unfolded() == (k + 1 >= defaults::unfolding_eras));
  }
  eras.end(false);
  std::set<Origin> seen;
  for (int k = 0; k < 3; ++k) {
    seen.insert(eras.present());
    eras.end(eras.present() != Origin::geometry);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("a space that does not unfold has no more turns than it is given") {
  Eras eras;
  for (int k = 0; k < defaults::unfolding_eras; ++k) {
    CHECK(eras.present() == Origin::geometry);
    CHECK_FALSE(eras.unfolded());
    eras.end(false);
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
    eras.end(!geometry);
  }
  CHECK(geometries > 0);
  CHECK(geometries < 20);
}

TEST_CASE("the eras are exhausted when every origin has failed often, and only then") {
  Eras eras;
  for (int k = 0; k < 20; ++k) eras.end(true);
  CHECK_FALSE(eras.exhausted());
  int ended = 0;
  for (; !eras.exhausted() && ended < 1000; ++ended) eras.end(false);
  CHECK(ended >= 3 * defaults::fruitless_eras);
  CHECK(ended < 100);
  eras.restart();
  CHECK_FALSE(eras.exhausted());
}

TEST_CASE("one success gives every origin its chances back") {
  Eras eras;
  while (!eras.exhausted()) eras.end(false);
  eras.end(true);
  CHECK_FALSE(eras.exhausted());
}

TEST_CASE("steps become rare while nothing is won, and frequent again as more and more is") {
  Eras eras;
  CHECK(eras.messages_to_step() == defaults::eager_messages);
  for (int k = 0; k < 5; ++k) eras.end(true);
  CHECK(eras.messages_to_step() == defaults::eager_messages);
  double last = 0;
  for (int k = 0; k < 100; ++k) {
    eras.end(false);
    CHECK(eras.messages_to_step() >= last);
    last = eras.messages_to_step();
  }
  CHECK(last == defaults::patient_messages);
  for (int k = 0; k < 3; ++k) {
    eras.end(true);
    CHECK(eras.messages_to_step() < last);
    last = eras.messages_to_step();
  }
  CHECK(last == defaults::eager_messages);
}
