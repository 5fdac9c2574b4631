#include "engine/scheduler/drain_world.hpp"

namespace {

using namespace circo;
using namespace circo::test;
using Log = std::vector<std::string>;

TEST_CASE("an actor that a handler spawns gets on_spawn at once, and its mail") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1);
  world.outside.send(a, Task{0, Deed::spawn});
  world.run();
  CHECK(log_of_run == Log{"1<-0", "spawn 101", "101<-1"});
  CHECK(world.scheduler.counts().spawned == 2);
  CHECK(world.scheduler.arena().size() == 2);
}

TEST_CASE("thousands of actors can be spawned, each by the one before") {
  DrainWorld world;
  world.outside.send(world.make<Worker>(0), Task{0, Deed::spawn});
  for (int i = 0; i < 3000; ++i) {
    world.run();
    world.outside.send(world.scheduler.arena().addr(world.scheduler.arena().size() - 1), Task{0, Deed::spawn});
  }
  CHECK(world.scheduler.arena().size() == 3001);
}

TEST_CASE("an actor that dies in its on_spawn is dead as any other, and its address is one that finds nobody") {
  DrainWorld world;
  const Addr stillborn = world.outside.spawn_at<Mayfly>({});
  CHECK(stillborn.home() == 5);
  CHECK(stillborn.generation() == 1);
  CHECK(log_of_run == Log{"death of the mayfly"});
  CHECK(world.scheduler.counts().died == 1);
  CHECK(world.scheduler.arena().size() == 0);
  world.outside.send(stillborn, Task{0});
  world.run();
  CHECK(world.scheduler.counts().dead_letters == 1);
}

TEST_CASE("actors that spawn the next one in on_spawn come one after another, not one within another") {
  DrainWorld world;
  world.outside.spawn_at<Nest>({}, 3);
  CHECK(log_of_run == Log{"nest 3", "nest 2", "nest 1", "nest 0"});
  world.outside.spawn_at<Nest>({}, 300'000);  // as calls within each other they would need more than the stack
  CHECK(world.scheduler.arena().size() == 300'005);
}

TEST_CASE("what an on_spawn throws names the actor made, and the one that reacts to a message is itself again") {
  DrainWorld world;
  CHECK_THROWS_WITH_AS(world.outside.spawn_at<Nest>({}, 2, true), doctest::Contains("actor Nest (address "), Error);
  CHECK_THROWS_WITH_AS(world.outside.spawn_at<Nest>({}, 2, true), doctest::Contains("in on_spawn: the branch broke"),
                       Error);
  CHECK(world.outside.self() == Addr{});
}

TEST_CASE("die() in on_death does not end the actor that gets the next message") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  world.outside.send(a, Task{0, Deed::die, b});
  world.outside.send(b, Task{5});
  world.run();
  CHECK(world.scheduler.counts().died == 1);
  CHECK(world.scheduler.arena().size() == 1);
  CHECK(world.hooks.deaths == 1);
}

TEST_CASE("an actor that dies is told, and what it has sent still arrives") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  world.outside.send(a, Task{0, Deed::die, b});
  world.outside.send(a, Task{7});
  world.run();
  CHECK(log_of_run == Log{"1<-0", "death 1", "2<-1"});
  CHECK(world.scheduler.counts().died == 1);
  CHECK(world.scheduler.counts().dead_letters == 1);
  CHECK(world.hooks.deaths == 1);
  CHECK(world.hooks.dead == 1);
  CHECK(world.scheduler.counts().sent == world.scheduler.counts().delivered + 1);
}

TEST_CASE("the successor in a dead actor's slot gets none of its mail") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1);
  world.outside.send(a, Task{0, Deed::die, a});
  world.run();
  const Addr heir = world.make<Worker>(2);
  CHECK(heir.index() == a.index());
  world.outside.send(a, Task{1});
  world.outside.send(Addr{}, Task{2});
  world.outside.send(heir, Task{3});
  world.run();
  CHECK(log_of_run == Log{"1<-0", "death 1", "2<-3"});
  CHECK(world.scheduler.counts().dead_letters == 2);  // to itself before, and to a; nobody lives at scheduler 0
  CHECK(world.waiting_for(0) == 1);
}

TEST_CASE("a death note frees the address at its home") {
  DrainWorld home;
  const Addr a = home.make<Worker>(1);
  home.scheduler.arena().destroy(0);
  home.scheduler.directory().set(a, Place::at(8));
  Scheduler away{8, home.scheduler.dispatch(), {}};
  auto& head = away.arena().head(away.arena().create(actor_number<Worker>, a, {}, 0, [](void* s) { new (s) Worker; }));
  away.directory().set(a, Place::here(actor_number<Worker>, head));
  away.bury(head);
  CHECK(away.counts().notes_sent == 1);
  Outbox& way_home = away.outboxes().back();
  CHECK(way_home.to == 5);
  home.scheduler.mailbox().splice(way_home.records);
  home.run();
  CHECK(home.scheduler.counts().notes_done == 1);
  CHECK(home.scheduler.counts().delivered == 0);
  CHECK(home.make<Worker>(2).generation() == 2);
}

}  // namespace
