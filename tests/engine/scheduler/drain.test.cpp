#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <circo/scheduler/drain.hpp>

namespace {

using namespace circo;

enum class Deed { none, echo, wake, spawn, die, forward, stop, report };

struct Task {
  int number;
  Deed deed = Deed::none;
  Addr other{};
};
struct Failure {
  int kind;
};
struct Hidden {};

std::vector<std::string> log_of_run;

void note(std::string what) { log_of_run.push_back(std::move(what)); }

struct Worker {
  using Receives = Messages<Task, Failure>;
  int number = 0;

  void on(const Task& task, Context& ctx) {
    note(std::to_string(number) + "<-" + std::to_string(task.number));
    last_sender = ctx.sender();
    switch (task.deed) {
      case Deed::echo:
        ctx.send(task.other, Task{task.number + 1});
        break;
      case Deed::wake:
        ctx.wake(Task{task.number + 1});
        ctx.send(ctx.self(), Task{task.number + 2});
        break;
      case Deed::spawn:
        ctx.send(ctx.spawn<Worker>(number + 100), Task{task.number + 1});
        break;
      case Deed::die:
        ctx.die();
        ctx.send(task.other, Task{task.number + 1});
        break;
      case Deed::forward:
        ctx.forward(task.other);
        break;
      case Deed::stop:
        ctx.stop("reason", std::string{"enough"});
        break;
      case Deed::report:
        ctx.report("steps", static_cast<std::int64_t>(ctx.superstep()));
        break;
      case Deed::none:
        break;
    }
  }
  void on(const Failure& failure, Context& ctx) {
    if (failure.kind == 0) throw std::runtime_error("the cup is empty");
    if (failure.kind == 1) throw 5;
    if (failure.kind == 2) throw std::bad_alloc();
    ctx.send(ctx.self(), Hidden{});
  }
  void on_spawn(Context& ctx) {
    note("spawn " + std::to_string(number));
    CHECK(ctx.sender() == Addr{});
  }
  void on_death(Context&) { note("death " + std::to_string(number)); }

  Addr last_sender{};
};

struct Stranger {
  using Receives = Messages<Hidden>;
  void on(const Hidden&, Context&) {}
};

struct Forwarder {
  using Receives = Messages<Task>;
  Addr to;
  void on(const Task&, Context& ctx) { ctx.forward(to); }
};

struct Mayfly {
  using Receives = Messages<Task>;
  void on(const Task&, Context&) {}
  void on_spawn(Context& ctx) { ctx.die(); }
  void on_death(Context&) { note("death of the mayfly"); }
};

struct CountingHooks {
  int delivered = 0, dead = 0, deaths = 0;
  void on_deliver(Scheduler&, const Envelope&, ActorHead& head) {
    CHECK(head.addr);
    ++delivered;
  }
  void on_dead_letter(Scheduler&, const Envelope&) { ++dead; }
  void on_death(Scheduler&, ActorHead& head) {
    CHECK(head.addr);
    ++deaths;
  }
};

struct Bench {
  explicit Bench(bool strict = false)
      : scheduler{5, ActorTypes<Worker, Stranger, Forwarder, Mayfly>::bind(), {.strict = strict}} {
    log_of_run.clear();
  }
  template <class A, class... Args>
  Addr make(Args... args) {
    return scheduler.spawn(actor_number<A>, {}, [&](void* state) { Context::construct<A>(state, args...); }).addr;
  }
  Worker& worker(Addr addr) {
    return *static_cast<Worker*>(scheduler.arena().head(scheduler.directory().find(addr)).state());
  }
  void run(std::uint64_t budget = UINT64_MAX) { drain(scheduler, hooks, budget); }
  /// What the exchange does with mail to oneself.
  void hand_over() {
    for (auto& outbox : scheduler.outboxes())
      if (outbox.to == scheduler.id()) scheduler.mailbox().splice(outbox.records);
  }
  std::size_t waiting_for(SchedulerId to) {
    for (auto& outbox : scheduler.outboxes())
      if (outbox.to == to) return outbox.records.records();
    return 0;
  }

  Scheduler scheduler;
  CountingHooks hooks;
  Context outside{scheduler};
};

using Log = std::vector<std::string>;

TEST_CASE("messages are delivered in the order sent") {
  Bench bench;
  const Addr a = bench.make<Worker>(1), b = bench.make<Worker>(2);
  for (int i = 0; i < 6; ++i) bench.outside.send(i % 3 == 0 ? b : a, Task{i});
  bench.run();
  CHECK(log_of_run == Log{"2<-0", "1<-1", "1<-2", "2<-3", "1<-4", "1<-5"});
  CHECK(bench.scheduler.counts().delivered == 6);
  CHECK(bench.hooks.delivered == 6);
  CHECK(bench.scheduler.idle());
}

TEST_CASE("a budget ends a drain, and the next one goes on there") {
  Bench bench;
  const Addr a = bench.make<Worker>(1);
  for (int i = 0; i < 5; ++i) bench.outside.send(a, Task{i});
  bench.run(0);
  CHECK(log_of_run.empty());
  bench.run(2);
  CHECK(log_of_run == Log{"1<-0", "1<-1"});
  CHECK(bench.scheduler.mailbox().records() == 3);
  bench.run(100);
  CHECK(log_of_run.size() == 5);
}

TEST_CASE("relaxed: mail between actors of one scheduler is delivered in the same drain") {
  Bench bench;
  const Addr a = bench.make<Worker>(1), b = bench.make<Worker>(2);
  bench.outside.send(a, Task{0, Deed::echo, b});
  bench.outside.send(a, Task{10});
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "1<-10", "2<-1"});
  CHECK(bench.worker(b).last_sender == a);
}

TEST_CASE("strict: what is sent in a drain waits for the next one") {
  Bench bench{true};
  const Addr a = bench.make<Worker>(1), b = bench.make<Worker>(2);
  bench.outside.send(a, Task{0, Deed::echo, b});
  bench.run();
  CHECK(log_of_run.empty());
  bench.hand_over();
  bench.run();
  CHECK(log_of_run == Log{"1<-0"});
  CHECK(bench.waiting_for(5) == 1);
  bench.hand_over();
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "2<-1"});
}

TEST_CASE("an actor that wakes itself gets that message in the next drain, without an infoton") {
  for (const bool strict : {false, true}) {
    Bench bench{strict};
    bench.scheduler.set_infoton_every(1);
    const Addr a = bench.make<Worker>(1);
    bench.outside.send(a, Task{0, Deed::wake});
    if (strict) bench.hand_over();
    bench.run();
    CHECK(log_of_run == (strict ? Log{"1<-0"} : Log{"1<-0", "1<-2"}));
    CHECK(bench.scheduler.counts().sent == 3);
    CHECK(bench.scheduler.counts().sent_away == 0);
    bench.hand_over();
    bench.scheduler.mailbox().for_each_record([&](const Envelope& record) {
      CHECK(record.from == a);
      CHECK((record.infoton() != nullptr) == (reinterpret_cast<const Task*>(record.body())->number == 2));
    });
    bench.run();
    CHECK(log_of_run == (strict ? Log{"1<-0", "1<-1", "1<-2"} : Log{"1<-0", "1<-2", "1<-1"}));
    CHECK(bench.worker(a).last_sender == a);
  }
}

TEST_CASE("an actor that a handler spawns gets on_spawn at once, and its mail") {
  Bench bench;
  const Addr a = bench.make<Worker>(1);
  bench.outside.send(a, Task{0, Deed::spawn});
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "spawn 101", "101<-1"});
  CHECK(bench.scheduler.counts().spawned == 2);
  CHECK(bench.scheduler.arena().size() == 2);
}

TEST_CASE("thousands of actors can be spawned, each by the one before") {
  Bench bench;
  bench.outside.send(bench.make<Worker>(0), Task{0, Deed::spawn});
  for (int i = 0; i < 3000; ++i) {
    bench.run();
    bench.outside.send(bench.scheduler.arena().addr(bench.scheduler.arena().size() - 1), Task{0, Deed::spawn});
  }
  CHECK(bench.scheduler.arena().size() == 3001);
}

TEST_CASE("an actor that dies in its on_spawn is dead as any other, and its address is one that finds nobody") {
  Bench bench;
  const Addr stillborn = bench.outside.spawn_at<Mayfly>({});
  CHECK(stillborn.home() == 5);
  CHECK(stillborn.generation() == 1);
  CHECK(log_of_run == Log{"death of the mayfly"});
  CHECK(bench.scheduler.counts().died == 1);
  CHECK(bench.scheduler.arena().size() == 0);
  bench.outside.send(stillborn, Task{0});
  bench.run();
  CHECK(bench.scheduler.counts().dead_letters == 1);
}

TEST_CASE("an actor that dies is told, and what it has sent still arrives") {
  Bench bench;
  const Addr a = bench.make<Worker>(1), b = bench.make<Worker>(2);
  bench.outside.send(a, Task{0, Deed::die, b});
  bench.outside.send(a, Task{7});
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "death 1", "2<-1"});
  CHECK(bench.scheduler.counts().died == 1);
  CHECK(bench.scheduler.counts().dead_letters == 1);
  CHECK(bench.hooks.deaths == 1);
  CHECK(bench.hooks.dead == 1);
  CHECK(bench.scheduler.counts().sent == bench.scheduler.counts().delivered + 1);
}

TEST_CASE("the successor in a dead actor's slot gets none of its mail") {
  Bench bench;
  const Addr a = bench.make<Worker>(1);
  bench.outside.send(a, Task{0, Deed::die, a});
  bench.run();
  const Addr heir = bench.make<Worker>(2);
  CHECK(heir.index() == a.index());
  bench.outside.send(a, Task{1});
  bench.outside.send(Addr{}, Task{2});
  bench.outside.send(heir, Task{3});
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "death 1", "2<-3"});
  CHECK(bench.scheduler.counts().dead_letters == 2);  // to itself before, and to a; nobody lives at scheduler 0
  CHECK(bench.waiting_for(0) == 1);
}

TEST_CASE("a forwarded message keeps its sender and counts as sent") {
  Bench bench;
  const Addr a = bench.make<Worker>(1), c = bench.make<Worker>(3);
  const Addr b = bench.make<Forwarder>(c);
  bench.outside.send(a, Task{0, Deed::echo, b});
  bench.run();
  CHECK(log_of_run == Log{"1<-0", "3<-1"});
  CHECK(bench.worker(c).last_sender == a);
  CHECK(bench.scheduler.counts().sent == 3);
  CHECK(bench.scheduler.counts().delivered == 3);
}

TEST_CASE("mail for an actor at another scheduler goes into the outbox of its home, or of where it is known to be") {
  Bench bench;
  const Addr a = bench.make<Worker>(1);
  const Addr stranger{9, 4, 1}, moved{9, 5, 1};
  bench.scheduler.directory().set(moved, Place::at(11));
  bench.outside.send(a, Task{0, Deed::echo, stranger});
  bench.outside.send(a, Task{0, Deed::echo, moved});
  bench.outside.send(moved, Task{2});
  bench.run();
  CHECK(bench.waiting_for(9) == 1);
  CHECK(bench.waiting_for(11) == 2);
  CHECK(bench.scheduler.counts().sent_away == 3);
  CHECK(bench.scheduler.counts().sent_off_rank == 3);
}

TEST_CASE("mail for an actor that has left is passed on, and its sender noted to be told") {
  Bench bench;
  const Addr a = bench.make<Worker>(1), sender{2, 3, 1};
  bench.outside.send(a, Task{0});
  bench.scheduler.mailbox().for_each_record([&](Envelope& record) { record.from = sender; });
  bench.scheduler.arena().destroy(0);
  bench.scheduler.directory().set(a, Place::at(8));
  bench.run();
  CHECK(log_of_run.empty());
  CHECK(bench.waiting_for(8) == 1);
  CHECK(bench.scheduler.counts().forwarded == 1);
  CHECK(bench.scheduler.take_detours() == std::vector{std::pair{sender, a}});
  CHECK(bench.scheduler.take_detours().empty());
}

TEST_CASE("a death note frees the address at its home") {
  Bench home;
  const Addr a = home.make<Worker>(1);
  home.scheduler.arena().destroy(0);
  home.scheduler.directory().set(a, Place::at(8));
  Scheduler away{8, home.scheduler.dispatch(), {}};
  auto& head = away.arena().head(away.arena().create(actor_number<Worker>, a, {}, 0, [](void* s) { new (s) Worker; }));
  away.directory().set(a, Place::here(actor_number<Worker>, head));
  away.bury(head);
  CHECK(away.counts().notes_sent == 1);
  REQUIRE(away.outboxes().size() == 1);
  CHECK(away.outboxes().front().to == 5);
  home.scheduler.mailbox().splice(away.outboxes().front().records);
  home.run();
  CHECK(home.scheduler.counts().notes_done == 1);
  CHECK(home.scheduler.counts().delivered == 0);
  CHECK(home.make<Worker>(2).generation() == 2);
}

TEST_CASE("stop and reports wait at the scheduler") {
  Bench bench;
  bench.scheduler.set_superstep(17);
  const Addr a = bench.make<Worker>(1);
  bench.outside.send(a, Task{0, Deed::report});
  bench.run();
  CHECK_FALSE(bench.scheduler.stop_requested());
  bench.outside.send(a, Task{0, Deed::stop});
  bench.run();
  CHECK(bench.scheduler.stop_requested());
  REQUIRE(bench.scheduler.report().size() == 2);
  CHECK(bench.scheduler.report()[0] == std::pair{std::string{"steps"}, Value{std::int64_t{17}}});
  CHECK(bench.scheduler.report()[1] == std::pair{std::string{"reason"}, Value{std::string{"enough"}}});
}

TEST_CASE("what a handler throws names actor, message, scheduler and superstep, and ends the drain") {
  Bench bench;
  bench.scheduler.set_superstep(12);
  const Addr a = bench.make<Worker>(1);
  bench.outside.send(a, Failure{0});
  bench.outside.send(a, Task{1});
  bench.run();
  CHECK(log_of_run.empty());
  REQUIRE(bench.scheduler.failure());
  CHECK(*bench.scheduler.failure() ==
        "actor Worker (address 0x50000000001) on message Failure: the cup is empty (scheduler 5, superstep 12)");
  // The first failure counts.
  bench.outside.send(a, Failure{1});
  bench.run();
  CHECK(bench.scheduler.failure()->find("the cup is empty") != std::string::npos);
}

TEST_CASE("other exceptions are named too") {
  auto failure = [](int kind) {
    Bench bench;
    bench.outside.send(bench.make<Worker>(1), Failure{kind});
    bench.run();
    return bench.scheduler.failure().value_or("");
  };
  CHECK(failure(1).find("an exception that is not a std::exception") != std::string::npos);
  CHECK(failure(2).find("out of memory") != std::string::npos);
}

TEST_CASE("a message to a type that does not receive it fails, with both names and the sender") {
  Bench bench;
  const Addr a = bench.make<Worker>(1);
  bench.outside.send(a, Failure{3});
  bench.run();
  REQUIRE(bench.scheduler.failure());
  CHECK(*bench.scheduler.failure() ==
        "actor Worker (address 0x50000000001) on message Hidden: got message Hidden but actor type Worker does not "
        "list it in Receives; sent by 0x50000000001 (scheduler 5, superstep 0)");
}

TEST_CASE("more actors than allowed are an error that says so") {
  Scheduler scheduler{0, ActorTypes<Worker, Stranger, Forwarder, Mayfly>::bind(), {.max_actors = 2}};
  auto make = [&] { scheduler.spawn(actor_number<Stranger>, {}, [](void* state) { new (state) Stranger; }); };
  make();
  make();
  CHECK_THROWS_WITH_AS(make(),
                       "scheduler 0 has 2 actors and was asked to spawn another in superstep 0, which passes "
                       "--max-actors; if the model really needs more, raise it",
                       Error);
}

}  // namespace
