#include "engine/scheduler/drain_world.hpp"

namespace {

using namespace circo;
using namespace circo::test;

TEST_CASE("what a handler throws names actor, message, scheduler and superstep, and ends the drain") {
  DrainWorld world;
  world.scheduler.set_superstep(12);
  const Addr a = world.make<Worker>(1);
  world.outside.send(a, Failure{0});
  world.outside.send(a, Task{1});
  world.run();
  CHECK(log_of_run.empty());
  REQUIRE(world.scheduler.failure());
  CHECK(*world.scheduler.failure() ==
        "actor Worker (address 0x50000000001) on message Failure: the cup is empty (scheduler 5, superstep 12)");
  // The first failure counts.
  world.outside.send(a, Failure{1});
  world.run();
  CHECK(world.scheduler.failure()->find("the cup is empty") != std::string::npos);
}

TEST_CASE("other exceptions are named too") {
  auto failure = [](int kind) {
    DrainWorld world;
    world.outside.send(world.make<Worker>(1), Failure{kind});
    world.run();
    return world.scheduler.failure().value_or("");
  };
  CHECK(failure(1).find("an exception that is not a std::exception") != std::string::npos);
  CHECK(failure(2).find("out of memory") != std::string::npos);
}

TEST_CASE("a message to a type that does not receive it fails, with both names and the sender") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1);
  world.outside.send(a, Failure{3});
  world.run();
  REQUIRE(world.scheduler.failure());
  CHECK(*world.scheduler.failure() ==
        "actor Worker (address 0x50000000001) on message Hidden: got message Hidden but actor type Worker does not "
        "list it in Receives; sent by 0x50000000001 (scheduler 5, superstep 0)");
}

TEST_CASE("more actors than allowed are an error that says so") {
  Scheduler scheduler{0, DrainWorld::Types::bind(), {.max_actors = 2}};
  auto make = [&] { scheduler.spawn(actor_number<Stranger>, {}, [](void* state) { new (state) Stranger; }); };
  make();
  make();
  CHECK_THROWS_WITH_AS(make(),
                       "scheduler 0 has 2 actors and was asked to spawn another in superstep 0, which passes "
                       "--max-actors; if the model really needs more, raise it",
                       Error);
}

}  // namespace
