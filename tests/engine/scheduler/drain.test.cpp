#include <map>

#include "engine/scheduler/drain_world.hpp"
#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>

namespace {

using namespace circo;
using namespace circo::test;
using Log = std::vector<std::string>;

TEST_CASE("messages are delivered in the order sent") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  for (int i = 0; i < 6; ++i) world.outside.send(i % 3 == 0 ? b : a, Task{i});
  world.run();
  CHECK(log_of_run == Log{"2<-0", "1<-1", "1<-2", "2<-3", "1<-4", "1<-5"});
  CHECK(world.scheduler.counts().delivered == 6);
  CHECK(world.hooks.delivered == 6);
  CHECK(world.scheduler.idle());
}

TEST_CASE("a budget ends a drain, and the next one goes on there") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1);
  for (int i = 0; i < 5; ++i) world.outside.send(a, Task{i});
  world.run(0);
  CHECK(log_of_run.empty());
  world.run(2);
  CHECK(log_of_run == Log{"1<-0", "1<-1"});
  CHECK(world.scheduler.mailbox().records() == 3);
  world.run(100);
  CHECK(log_of_run.size() == 5);
}

TEST_CASE("a budget holds for what handlers append while it is used up, too") {
  DrainWorld world;
  const Addr loop = world.make<Forwarder>(Addr{5, 0, 1});
  world.outside.send(loop, Task{0});
  world.run(5);
  CHECK(world.hooks.delivered == 5);
  world.run(100'000);
  CHECK(world.hooks.delivered == 100'005);
  CHECK(world.scheduler.mailbox().records() == 1);
}

TEST_CASE("relaxed: mail between actors of one scheduler is delivered in the same drain") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  world.outside.send(a, Task{0, Deed::echo, b});
  world.outside.send(a, Task{10});
  world.run();
  CHECK(log_of_run == Log{"1<-0", "1<-10", "2<-1"});
  CHECK(world.worker(b).last_sender == a);
}

TEST_CASE("strict: what is sent in a drain waits for the next one") {
  DrainWorld world{true};
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  world.outside.send(a, Task{0, Deed::echo, b});
  world.run();
  CHECK(log_of_run.empty());
  world.hand_over();
  world.run();
  CHECK(log_of_run == Log{"1<-0"});
  CHECK(world.waiting_for(5) == 1);
  world.hand_over();
  world.run();
  CHECK(log_of_run == Log{"1<-0", "2<-1"});
}

TEST_CASE("an actor that wakes itself gets that message in the next drain, without an infoton") {
  for (const bool strict : {false, true}) {
    DrainWorld world{strict};
    world.scheduler.set_infoton_every(1);
    const Addr a = world.make<Worker>(1);
    world.outside.send(a, Task{0, Deed::wake});
    if (strict) world.hand_over();
    world.run();
    CHECK(log_of_run == (strict ? Log{"1<-0"} : Log{"1<-0", "1<-2"}));
    CHECK(world.scheduler.counts().sent == 3);
    CHECK(world.scheduler.counts().sent_away == 0);
    world.hand_over();
    world.scheduler.mailbox().for_each_record([&](const Envelope& record) {
      CHECK(record.from == a);
      CHECK((record.infoton() != nullptr) == (reinterpret_cast<const Task*>(record.body())->number == 2));
    });
    world.run();
    CHECK(log_of_run == (strict ? Log{"1<-0", "1<-1", "1<-2"} : Log{"1<-0", "1<-2", "1<-1"}));
    CHECK(world.worker(a).last_sender == a);
  }
}

TEST_CASE("the same messages carry the same infotons whether a plugin sees them or not") {
  struct Sample {
    int message;
    float energy;
    bool operator==(const Sample&) const = default;
  };
  auto samples = [](bool seen) {
    DrainWorld world;
    if (seen) world.scheduler.set_send_hooks({.on_send = [](void*, Scheduler&, Envelope&) {}});
    world.scheduler.set_infoton_every(5);
    const Addr a = world.make<Worker>(1);
    for (int i = 0; i < 3000; ++i) world.outside.send(a, Task{i}, i % 3 == 0 ? -2.0f : static_cast<float>(i % 3 - 1));
    CHECK(world.scheduler.counts().sent == 3000);
    std::vector<Sample> found;
    world.scheduler.mailbox().for_each_record([&](const Envelope& record) {
      if (record.infoton() != nullptr)
        found.push_back({reinterpret_cast<const Task*>(record.body())->number, record.infoton()->energy});
    });
    return found;
  };
  const std::vector<Sample> unseen = samples(false);
  CHECK(unseen == samples(true));
  CHECK(unseen.size() > 300);
  CHECK(unseen.size() < 500);
  for (const Sample& sample : unseen) CHECK(sample.energy == (sample.message % 3 == 0 ? -10 : 5));
}

TEST_CASE("a forwarded message carries an infoton of who forwards it, or none, never one of its first sender") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), b = world.make<Worker>(2);
  const Addr second = world.make<Forwarder>(b), first = world.make<Forwarder>(second);
  world.scheduler.arena().positions()[world.scheduler.directory().find(second).head().row] = {1, 2, 3};
  world.scheduler.set_infoton_every(1);
  world.outside.enter(world.scheduler.arena().head(world.scheduler.directory().find(a)), "in the test");
  world.outside.send(first, Task{7});
  std::vector<std::pair<Addr, Addr>> pairs;
  struct Watcher {
    DrainWorld& world;
    std::vector<std::pair<Addr, Addr>>& pairs;
    void on_deliver(Scheduler& at, const Envelope& record, ActorHead& head) {
      REQUIRE(record.infoton() != nullptr);
      pairs.emplace_back(record.infoton_from(), head.addr);
      const Place from = at.directory().find(record.infoton_from());
      CHECK(record.infoton()->source == at.arena().positions()[from.head().row]);
      CHECK(record.infoton()->energy == 1);
      CHECK(record.size_without_infoton() == sizeof(Envelope) + sizeof(Task));
      CHECK(reinterpret_cast<const Task*>(record.body())->number == 7);
    }
    void on_dead_letter(Scheduler&, const Envelope&) { FAIL("nobody has died"); }
  } watcher{world, pairs};
  drain(world.scheduler, watcher, UINT64_MAX);
  CHECK(pairs == std::vector<std::pair<Addr, Addr>>{{a, first}, {first, second}, {second, b}});
  CHECK(world.worker(b).last_sender == a);

  world.outside.send(first, Task{8});
  world.scheduler.set_infoton_every(0);  // the one under way goes no farther
  std::size_t with = 0, without = 0;
  struct Counter {
    std::size_t &with, &without;
    void on_deliver(Scheduler&, const Envelope& record, ActorHead&) {
      ++(record.infoton() != nullptr ? with : without);
    }
    void on_dead_letter(Scheduler&, const Envelope&) { FAIL("nobody has died"); }
  } counter{with, without};
  drain(world.scheduler, counter, UINT64_MAX);
  CHECK(with == 1);
  CHECK(without == 2);
}

TEST_CASE("a forwarded message keeps its sender and counts as sent") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), c = world.make<Worker>(3);
  const Addr b = world.make<Forwarder>(c);
  world.outside.send(a, Task{0, Deed::echo, b});
  world.run();
  CHECK(log_of_run == Log{"1<-0", "3<-1"});
  CHECK(world.worker(c).last_sender == a);
  CHECK(world.scheduler.counts().sent == 3);
  CHECK(world.scheduler.counts().delivered == 3);
}

TEST_CASE("mail for an actor at another scheduler goes into the outbox of its home, or of where it is known to be") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1);
  const Addr stranger{9, 4, 1}, moved{9, 5, 1};
  world.scheduler.directory().set(moved, Place::at(11));
  world.outside.send(a, Task{0, Deed::echo, stranger});
  world.outside.send(a, Task{0, Deed::echo, moved});
  world.outside.send(moved, Task{2});
  world.run();
  CHECK(world.waiting_for(9) == 1);
  CHECK(world.waiting_for(11) == 2);
  CHECK(world.scheduler.counts().sent_away == 3);
  CHECK(world.scheduler.counts().sent_off_rank == 3);
}

/// In strict mode with the choices of way that supersteps bring, in relaxed mode without.
void send_as_the_directory_says(bool strict) {
  Random random{test::test_seed(), 0};
  DrainWorld world{strict};
  Directory& directory = world.scheduler.directory();
  // Some homes share their slot in tables of homes, one that of the home here.
  const std::vector<SchedulerId> homes{1, 2, 5, 2 + Directory::home_slots, 5 + Directory::home_slots, 1000};
  std::map<Addr, SchedulerId> at;
  std::map<Addr, ActorHead> heads;
  for (const SchedulerId home : homes)
    for (std::uint32_t i = 1; i < 5; ++i) {
      const Addr addr = home == 5 ? world.make<Worker>(0) : Addr{home, i, 1};
      at[addr] = home;
      heads[addr] = {addr, 0, 0};
    }
  auto set = [&](Addr addr, SchedulerId where) {
    directory.set(addr, where == 5 ? Place::here(0, heads[addr]) : Place::at(where));
  };
  std::map<SchedulerId, std::size_t> expected;
  Counts counts;
  for (int step = 0; step < 20'000; ++step) {
    auto& [addr, where] = *std::next(at.begin(), static_cast<std::ptrdiff_t>(random.below(at.size())));
    switch (random.below(20)) {
      case 0:
        if (strict) world.scheduler.set_superstep(static_cast<std::uint64_t>(step));
        break;
      case 1:  // often all are at home again, as far as is known
        for (auto& [each, place] : at) {
          if (place == each.home()) continue;
          place = each.home();
          place == 5 ? set(each, 5) : directory.forget(each);
        }
        break;
      case 2:
        where = homes[random.below(homes.size())];
        set(addr, where);
        break;
      default:
        world.outside.send(addr, Task{0});
        ++expected[where];
        ++counts.sent;
        counts.sent_away += where != 5;
    }
  }
  for (const SchedulerId home : homes)
    CHECK((home == 5 && !strict ? world.scheduler.mailbox().records() : world.waiting_for(home)) == expected[home]);
  CHECK(world.scheduler.counts().sent == counts.sent);
  CHECK(world.scheduler.counts().sent_away == counts.sent_away);
  CHECK(world.scheduler.counts().sent_off_rank == counts.sent_away);
}

TEST_CASE("mail goes where the directory says, whatever was sent before and is learned in between") {
  for (const bool strict : {false, true}) send_as_the_directory_says(strict);
}

TEST_CASE("mail for an actor that has left is passed on, and its sender noted to be told") {
  DrainWorld world;
  const Addr a = world.make<Worker>(1), sender{2, 3, 1};
  world.outside.send(a, Task{0});
  world.scheduler.mailbox().for_each_record([&](Envelope& record) { record.from = sender; });
  world.scheduler.arena().destroy(0);
  world.scheduler.directory().set(a, Place::at(8));
  world.run();
  CHECK(log_of_run.empty());
  CHECK(world.waiting_for(8) == 1);
  CHECK(world.scheduler.counts().forwarded == 1);
  CHECK(world.scheduler.take_detours() == std::vector{std::pair{sender, a}});
  CHECK(world.scheduler.take_detours().empty());
}

TEST_CASE("stop and reports wait at the scheduler") {
  DrainWorld world;
  world.scheduler.set_superstep(17);
  const Addr a = world.make<Worker>(1);
  world.outside.send(a, Task{0, Deed::report});
  world.run();
  CHECK_FALSE(world.scheduler.stop_requested());
  world.outside.send(a, Task{0, Deed::stop});
  world.run();
  CHECK(world.scheduler.stop_requested());
  REQUIRE(world.scheduler.report().size() == 2);
  CHECK(world.scheduler.report()[0] == Report::Entry{"steps", Value{std::int64_t{17}}});
  CHECK(world.scheduler.report()[1] == Report::Entry{"reason", Value{std::string{"enough"}}});
}

}  // namespace
