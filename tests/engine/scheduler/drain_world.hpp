#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <circo/scheduler/drain.hpp>

namespace circo::test {

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

inline std::vector<std::string> log_of_run;

inline void note(std::string what) { log_of_run.push_back(std::move(what)); }

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
  void on_death(Context& ctx) {
    note("death " + std::to_string(number));
    ctx.die();  // changes nothing
  }

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

/// Spawns the next one in its on_spawn, `left` times; then throws, or not.
struct Nest {
  using Receives = Messages<Task>;
  int left = 0;
  bool throws = false;
  void on(const Task&, Context&) {}
  void on_spawn(Context& ctx) {
    if (left > 0) ctx.spawn<Nest>(left - 1, throws);
    note("nest " + std::to_string(left));
    if (left == 0 && throws) throw std::runtime_error("the branch broke");
  }
};

/// Scheduler 5 with these actors, and mail from outside.
struct DrainWorld {
  using Types = ActorTypes<Worker, Stranger, Forwarder, Mayfly, Nest>;

  explicit DrainWorld(bool strict = false) : scheduler{5, Types::bind(), {.strict = strict, .first_of_rank = 5}} {
    log_of_run.clear();
    const auto on_death = [](void* mine, Scheduler& at, ActorHead& head) {
      static_cast<CountingHooks*>(mine)->on_death(at, head);
    };
    scheduler.set_send_hooks({.plugins = &hooks, .on_death = on_death});
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

}  // namespace circo::test
