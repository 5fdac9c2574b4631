#include <map>

#include "engine/scheduler/drain_world.hpp"
#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>

namespace {

using namespace circo;
using namespace circo::test;

/// Scheduler 5 with actors here, and others known or supposed to be elsewhere; all mail is numbered. Two of those who
/// are here may be guests, and one of the others known not to be at home; otherwise other homes are trusted.
struct PresumingWorld : DrainWorld {
  explicit PresumingWorld(bool guests = true) {
    for (int i = 0; i < 6; ++i) here.push_back(make<Worker>(i));
    for (std::uint32_t i = 3; i < 6; ++i) elsewhere.emplace_back(Addr{7, i, 1}, 7);
    elsewhere.emplace_back(Addr{9, 1, 1}, guests ? 8 : 9);
    if (guests) {
      for (std::uint32_t i = 1; i < 3; ++i) here.push_back(guest(Addr{7, i, 1}));
      scheduler.directory().set(Addr{9, 1, 1}, Place::at(8));
    }
    const Addr left = make<Worker>(0);
    scheduler.arena().destroy(scheduler.directory().find(left).head().row);
    scheduler.directory().set(left, Place::at(8));
    elsewhere.emplace_back(left, 8);
  }
  Addr guest(Addr addr) {
    const Place place = scheduler.arena().create(actor_number<Worker>, addr, {}, 0,
                                                 [](void* state) { Context::construct<Worker>(state, 0); });
    scheduler.directory().set(addr, place);
    return addr;
  }
  void superstep(std::uint64_t budget) {
    scheduler.set_superstep(scheduler.superstep() + 1);
    run(budget);
  }
  bool presumes() {
    bool presumed = false;
    scheduler.mailbox().for_each_record(
        [&](const Envelope& record) { presumed = presumed || (record.flags & Envelope::is_presumed) != 0; });
    return presumed;
  }
  std::vector<Addr> here;
  std::vector<std::pair<Addr, SchedulerId>> elsewhere;
};

TEST_CASE("while nearly all mail stays, the rest goes by the mailbox, counted as away") {
  PresumingWorld world;
  Scheduler& scheduler = world.scheduler;
  const auto [away, place] = world.elsewhere.back();
  for (int i = 0; i < 100; ++i) world.outside.send(world.here[0], Task{i});
  world.superstep(UINT64_MAX);
  world.scheduler.set_infoton_every(1);
  world.outside.send(away, Task{100});
  world.outside.send(world.here[7], Task{101, Deed::forward, away});
  CHECK(world.presumes());
  CHECK(world.waiting_for(place) == 0);
  CHECK(scheduler.counts().sent_away == 0);
  world.run();
  CHECK(world.waiting_for(place) == 2);
  CHECK(scheduler.counts().sent == 103);
  CHECK(scheduler.counts().sent_away == 2);
  CHECK(scheduler.counts().sent_off_rank == 2);
  CHECK(scheduler.counts().forwarded == 0);
  CHECK(scheduler.take_detours().empty());
  for (auto& outbox : scheduler.outboxes())
    outbox.records.for_each_record([&](const Envelope& record) {
      CHECK(record.to == away);
      CHECK((record.flags & ~Envelope::is_forwarded) == Envelope::has_infoton);
    });
}

/// Sends at random, in turns nearly all to actors here and half of it, and checks what arrives.
void expect_order(PresumingWorld& world, Random random) {
  Scheduler& scheduler = world.scheduler;
  std::map<Addr, int> sent, arrived;
  std::uint64_t away = 0;
  int presumed = 0, looked_up = 0;
  const auto take = [&](const Envelope& record) {
    Task task{};
    std::memcpy(&task, record.body(), sizeof task);
    REQUIRE(task.number == arrived[record.to]++);
    CHECK((record.flags & Envelope::is_presumed) == 0);
  };
  struct Order {
    std::map<Addr, int>& arrived;
    void on_deliver(Scheduler&, const Envelope& record, ActorHead& head) {
      Task task{};
      std::memcpy(&task, record.body(), sizeof task);
      REQUIRE(task.number == arrived[head.addr]++);
    }
    void on_dead_letter(Scheduler&, const Envelope&) { FAIL("nobody has died"); }
  } order{arrived};
  scheduler.set_infoton_every(7);
  for (int step = 0; step < 3000; ++step) {
    const bool mostly_here = step / 30 % 2 == 0;
    for (std::uint64_t i = 0, n = random.below(60); i < n; ++i) {
      const bool stays = random.below(100) < (mostly_here ? 98 : 50);
      const Addr to = stays ? world.here[random.below(world.here.size())]
                            : world.elsewhere[random.below(world.elsewhere.size())].first;
      away += !stays;
      world.outside.send(to, Task{sent[to]++});
    }
    (world.presumes() ? presumed : looked_up) += 1;
    scheduler.set_superstep(scheduler.superstep() + 1);
    drain(scheduler, order, random.below(3) == 0 ? random.below(30) : UINT64_MAX);
    for (auto& outbox : scheduler.outboxes()) {
      outbox.records.for_each_record(take);
      outbox.records.clear(scheduler.pool());
    }
  }
  drain(scheduler, order, UINT64_MAX);
  for (auto& outbox : scheduler.outboxes()) outbox.records.for_each_record(take);
  CHECK(arrived == sent);
  CHECK(scheduler.counts().sent_away == away);
  CHECK(presumed > 500);
  CHECK(looked_up > 500);
}

TEST_CASE("each receiver gets its mail in order, however much of it stays here from one superstep to the next") {
  const std::uint64_t seed = test_seed();
  PresumingWorld world;
  expect_order(world, Random{seed, 0});
  PresumingWorld without_guests{false};
  expect_order(without_guests, Random{seed, 1});
  for (const auto& [away, place] : without_guests.elsewhere)
    CHECK(without_guests.scheduler.directory().is_surely_at_home(away) == (place == away.home()));
}

TEST_CASE(
    "while mail is presumed here none goes straight to a home that was trusted, be the mailbox's chunks full or not") {
  PresumingWorld world{false};
  const auto [away, place] = world.elsewhere.front();
  world.outside.send(away, Task{0});
  CHECK(world.scheduler.directory().is_surely_at_home(away));
  CHECK(world.waiting_for(place) == 1);
  for (int i = 0; i < 100; ++i) world.outside.send(world.here[0], Task{i});
  world.superstep(UINT64_MAX);
  constexpr int more = 3 * ChunkPool::standard_bytes / sizeof(Envelope);
  for (int i = 1; i <= more; ++i) world.outside.send(away, Task{i});
  CHECK(world.waiting_for(place) == 1);
  world.run();
  CHECK(world.waiting_for(place) == 1 + more);
}

TEST_CASE("mail is looked up again when much of it leaves and what waits is sorted, be it never all delivered") {
  PresumingWorld world;
  const auto [away, place] = world.elsewhere.back();
  const auto send = [&](Addr to) {
    for (int i = 0; i < 100; ++i) world.outside.send(to, Task{i});
  };
  send(world.here[0]);
  world.superstep(10);
  for (const Addr to : {away, world.here[0], away}) send(to);
  world.superstep(100);
  CHECK(world.waiting_for(place) == 100);
  world.superstep(0);
  CHECK(world.scheduler.sort_out_mailbox() == 100);
  world.outside.send(away, Task{0});
  CHECK(world.waiting_for(place) == 200);  // something might still wait
  CHECK(world.scheduler.sort_out_mailbox() == 1);
  CHECK(world.scheduler.sort_out_mailbox() == 0);
  CHECK_FALSE(world.presumes());  // what stays has been looked at
  world.outside.send(away, Task{1});
  CHECK(world.waiting_for(place) == 202);
  CHECK(world.scheduler.mailbox().records() == 90);
}

TEST_CASE("a hook sees mail as it goes off: as presumed, sent or passed on to another actor, and then no more") {
  PresumingWorld world;
  std::vector<std::uint16_t> seen;
  world.scheduler.set_send_hooks({.plugins = &seen, .on_send = [](void* flags, Scheduler&, Envelope& record) {
                                    static_cast<std::vector<std::uint16_t>*>(flags)->push_back(record.flags);
                                  }});
  const Addr away = world.elsewhere.back().first;
  world.outside.send(world.here[0], Task{0});
  world.superstep(UINT64_MAX);
  world.outside.send(world.here[7], Task{1, Deed::forward, away});
  world.run();
  CHECK(seen == std::vector<std::uint16_t>{0, Envelope::is_presumed, Envelope::is_presumed});
  for (int i = 0; i < 10; ++i) world.outside.send(away, Task{i});
  world.superstep(UINT64_MAX);
  world.superstep(UINT64_MAX);
  seen.clear();
  world.outside.send(world.here[7], Task{11, Deed::forward, away});
  world.run();
  CHECK(seen == std::vector<std::uint16_t>{0, 0});
}

TEST_CASE("strict: nothing is presumed, as mail for others would go a superstep later") {
  DrainWorld world{true};
  const Addr a = world.make<Worker>(1), away{9, 1, 1};
  world.scheduler.directory().set(away, Place::at(8));
  for (int i = 0; i < 100; ++i) world.outside.send(a, Task{i});
  world.scheduler.set_superstep(1);
  world.outside.send(away, Task{100});
  CHECK(world.waiting_for(8) == 1);
}

}  // namespace
