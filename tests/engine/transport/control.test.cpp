#include <doctest/doctest.h>

#include <circo/transport/control.hpp>

namespace {

using namespace circo;

TEST_CASE("all ranks get the same sums, in the order in which they were started") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  Control control{world};
  const auto ranks = static_cast<std::int64_t>(world.size());
  for (std::int64_t wave = 0; wave < 5; ++wave) {
    Tally mine;
    mine.records_sent = world.rank() + wave;
    mine.records_done = wave;
    mine.actors = 1;
    mine.clock_ms = world.rank() == 0 ? 1000 * wave : 0;
    control.start(mine);
    CHECK(control.in_flight() == wave + 1);
  }
  for (std::int64_t wave = 0; wave < 5; ++wave) {
    const Tally sum = control.finish();
    CHECK(sum.records_sent == ranks * (ranks - 1) / 2 + ranks * wave);
    CHECK(sum.records_done == ranks * wave);
    CHECK(sum.actors == ranks);
    CHECK(sum.clock_ms == 1000 * wave);
    CHECK(sum.messages == 0);
    CHECK(sum.quiescent() == (ranks == 1));
  }
  CHECK(control.in_flight() == 0);
}

TEST_CASE("sums survive that the tallies they came from are gone, and waves one after the other") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  Control control{world};
  for (std::int64_t wave = 0; wave < 200; ++wave) {
    control.start({.messages = wave, .failures = world.rank() == world.size() - 1 ? 1 : 0});
    const Tally sum = control.finish();
    REQUIRE(sum.messages == wave * world.size());
    REQUIRE(sum.failures == 1);
  }
}

}  // namespace
