#include <limits>

#include <doctest/doctest.h>

#include <circo/scheduler/context.hpp>
#include <circo/scheduler/load_of.hpp>

namespace {

using namespace circo;

struct Ping {};
struct Weight {
  using Receives = Messages<Ping>;
  double weight;
  void on(const Ping&, Context&) {}
  double load() const { return weight; }
};
struct Silent {
  using Receives = Messages<Ping>;
  int value = 0;
  void on(const Ping&, Context&) {}
};

struct World {
  Scheduler scheduler{3, ActorTypes<Weight, Silent>::bind(), {}};
  template <class A, class... Args>
  ActorHead& make(Args... args) {
    return scheduler.spawn(actor_number<A>, {}, [&](void* state) { Context::construct<A>(state, args...); });
  }
};

TEST_CASE("an actor's load is what it says, else the messages delivered to it") {
  World world;
  ActorHead& says = world.make<Weight>(2.5);
  ActorHead& says_not = world.make<Silent>();
  says.count = says_not.count = 100;
  CHECK(load_of(world.scheduler, says.row) == 2.5);
  CHECK(load_of(world.scheduler, says_not.row) == 100);
}

TEST_CASE("loads of zero and very large ones are taken, what is no load is refused with the actor and the superstep") {
  World world;
  for (const double right : {0.0, 1e-300, 1e30})
    CHECK(load_of(world.scheduler, world.make<Weight>(right).row) == right);
  world.scheduler.set_superstep(17);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double wrong : {-5.0, -1e-9, inf, -inf, std::numeric_limits<double>::quiet_NaN(), 1e31}) {
    CAPTURE(wrong);
    const std::uint32_t row = world.make<Weight>(wrong).row;
    CHECK_THROWS_WITH_AS(load_of(world.scheduler, row), doctest::Contains("actor Weight (address "), Error);
    CHECK_THROWS_WITH_AS(load_of(world.scheduler, row), doctest::Contains("expected a number from 0 to 1e+30"), Error);
    CHECK_THROWS_WITH_AS(load_of(world.scheduler, row), doctest::Contains("(scheduler 3, superstep 17)"), Error);
  }
}

TEST_CASE("an infoton's energy and a position are numbers that sums and squares of stay finite") {
  World world;
  Context outside{world.scheduler};
  const Addr addr = world.make<Silent>().addr;
  world.scheduler.set_infoton_every(1);
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  for (const float wrong : {nan, inf, -inf, 1e21F})
    CHECK_THROWS_WITH_AS(outside.send(addr, Ping{}, wrong), doctest::Contains("expected a number from"), Error);
  outside.send(addr, Ping{}, -1e20F);
  for (const Position wrong : {Position{nan, 0, 0}, Position{0, inf, 0}, Position{0, 0, -1e13F}})
    CHECK_THROWS_WITH_AS(outside.spawn_at<Silent>(wrong), doctest::Contains("expected coordinates from"), Error);
  outside.spawn_at<Silent>(Position{0, 0, -1e12F});
}

}  // namespace
