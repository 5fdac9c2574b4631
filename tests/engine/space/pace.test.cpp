#include <doctest/doctest.h>

#include <circo/space/pace.hpp>

using namespace circo;

namespace {

/// Half of what there is may be won, so that pauses are twice as long as when all may.
constexpr Condition calm{1, 0.5, 1000};

}  // namespace

TEST_CASE("a step at every epoch needs no pause") {
  Pace pace;
  CHECK_FALSE(pace.pausing());
  pace.plan(4, false, true, calm, 10);
  CHECK_FALSE(pace.pausing());
  CHECK(pace.epochs_to_step() == 1);
}

TEST_CASE("a pause lasts for so many messages, however they are spread over epochs") {
  Pace pace;
  pace.plan(50, false, false, calm, 30);
  CHECK(pace.pausing());
  CHECK(pace.epochs_to_step() == 4);
  for (const double messages : {30.0, 0.001, 60.0, 0.0}) CHECK(pace.next(calm, messages) == Activity::gather);
  CHECK(pace.next(calm, 10) == Activity::step);
  CHECK(pace.pausing());
}

TEST_CASE("the less a step can win, the longer the pause, up to a limit") {
  const auto epochs_to_step = [](Condition now, double to_step) {
    Pace pace;
    pace.plan(to_step, false, false, now, 1);
    return pace.epochs_to_step();
  };
  CHECK(epochs_to_step({1, 1, 1000}, 10) == 10);
  CHECK(epochs_to_step({1, 0.25, 1000}, 10) == 40);
  CHECK(epochs_to_step({1.25, 0, 1000}, 10) == 40);     // unevenness may be won as well
  CHECK(epochs_to_step({4, 0.9, 1000}, 10) == 10);      // no more than all
  CHECK(epochs_to_step({1, 0.0001, 1000}, 10) == 200);  // least_to_win
  CHECK(epochs_to_step({1, 0, 1000}, 4000) == 8192);    // patient_messages
}

TEST_CASE("an epoch without messages says nothing of how long to wait") {
  Pace pace;
  pace.plan(100, false, false, calm, 0);
  CHECK_FALSE(pace.pausing());
  CHECK(pace.epochs_to_step() == 1);
}

TEST_CASE("when nothing is left to be won the step rests until something changes") {
  Pace pace;
  pace.plan(0, true, false, calm, 10);
  for (int epoch = 0; epoch < 1000; ++epoch) REQUIRE(pace.next(calm, 10) == Activity::rest);
  CHECK(pace.next({1.5, 0.5, 1000}, 10) == Activity::step);
  CHECK_FALSE(pace.pausing());
}

TEST_CASE("a change ends a pause, and what it changes to is the new measure once actors have moved") {
  Pace pace;
  pace.plan(1000, false, false, calm, 10);
  CHECK(pace.next(calm, 10) == Activity::gather);
  const Condition changed{1, 0.8, 1000};
  CHECK(pace.next(changed, 10) == Activity::step);
  pace.plan(1000, false, true, changed, 10);
  CHECK(pace.next(changed, 10) == Activity::gather);
}
