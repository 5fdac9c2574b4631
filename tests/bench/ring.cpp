// One token round a ring of a million actors in random order: the latency of a message that nothing hides. One actor to
// many and back: the hub's mail comes in one piece.

#include <bench/bench.hpp>
#include <bench/order.hpp>
#include <engine/scheduler/no_hooks.hpp>
#include <fmt/format.h>

#include <circo/scheduler/drain.hpp>

namespace circo::bench {

namespace {

struct Token {
  std::uint64_t round;
};
struct Link {
  using Receives = Messages<Token>;
  Addr next;
  std::uint64_t seen = 0;
  void on(const Token& token, Context& ctx) {
    ++seen;
    ctx.send(next, token);
  }
};

struct Ask {
  Addr hub;
};
struct Answer {
  std::uint64_t value;
};
struct Spoke {
  using Receives = Messages<Ask>;
  std::uint64_t asked = 0;
  void on(const Ask& ask, Context& ctx) { ctx.send(ask.hub, Answer{++asked}); }
};
struct Hub {
  using Receives = Messages<Token, Answer>;
  std::vector<Addr> spokes;
  std::uint64_t sum = 0;
  void on(const Token&, Context& ctx) {
    for (const Addr spoke : spokes) ctx.send(spoke, Ask{ctx.self()});
  }
  void on(const Answer& answer, Context&) { sum += answer.value; }
  template <class Archive>
  void serialize(Archive&) {}
};

template <class A>
A& state(Scheduler& scheduler, Addr addr) {
  return *static_cast<A*>(scheduler.arena().head(scheduler.directory().find(addr)).state());
}

struct Record {
  std::uint64_t to, from, type, body;
};

}  // namespace

void ring(Bench& bench) {
  const std::uint64_t actors = bench.size(1'000'000, 1000), messages = bench.size(2'000'000, 10'000);
  const Dispatch dispatch = ActorTypes<Link>::bind();
  const auto order = order_of(actors, true);
  Scheduler scheduler{0, dispatch, {}};
  test::NoHooks hooks;
  std::vector<Addr> links;
  for (std::uint64_t i = 0; i < actors; ++i)
    links.push_back(scheduler.spawn(0, {}, [](void* memory) { new (memory) Link{}; }).addr);
  struct Actor {
    std::uint64_t self, next, seen, count;
  };
  std::vector<Actor> by_hand(actors);
  for (std::uint64_t i = 0; i < actors; ++i) {
    const std::uint32_t next = order[(i + 1) % actors];
    state<Link>(scheduler, links[order[i]]).next = links[next];
    by_hand[order[i]] = {order[i], next, 0, 0};
  }
  Context outside{scheduler};
  outside.send(links[order[0]], Token{0});
  std::vector<Record> slots(2);
  slots[0] = {order[0], 0, 0, 0};
  bench.compare(
      fmt::format("actors={} tokens=1 order=random", actors), messages, "messages",
      [&] { drain(scheduler, hooks, messages); },
      [&] {
        for (std::uint64_t i = 0; i < messages; ++i) {
          const Record& record = slots[i & 1];
          Actor& actor = by_hand[record.to];
          ++actor.seen;
          slots[~i & 1] = {actor.next, actor.self, 0, record.body};
        }
      });
}

void fan(Bench& bench) {
  const std::uint64_t spokes = bench.size(100'000, 1000), rounds = bench.size(20, 3);
  const Dispatch dispatch = ActorTypes<Hub, Spoke>::bind();
  Scheduler scheduler{0, dispatch, {}};
  test::NoHooks hooks;
  const Addr hub = scheduler.spawn(0, {}, [](void* memory) { new (memory) Hub{}; }).addr;
  for (std::uint64_t i = 0; i < spokes; ++i)
    state<Hub>(scheduler, hub)
        .spokes.push_back(scheduler.spawn(1, {}, [](void* memory) { new (memory) Spoke{}; }).addr);
  Context outside{scheduler};
  struct Actor {
    std::uint64_t self, count, asked;
  };
  std::vector<Actor> by_hand(spokes);
  std::vector<Record> out(spokes), back(spokes);
  volatile std::uint64_t sum = 0;
  bench.compare(
      fmt::format("spokes={} there and back", spokes), 2 * spokes * rounds, "messages",
      [&] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          outside.send(hub, Token{i});
          drain(scheduler, hooks, UINT64_MAX);
        }
      },
      [&] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          for (std::uint64_t k = 0; k < spokes; ++k) out[k] = {k, 0, 0, 0};
          for (std::uint64_t k = 0; k < spokes; ++k) back[k] = {0, k, 1, ++by_hand[out[k].to].asked};
          std::uint64_t total = 0;
          for (const Record& record : back) total += record.body;
          sum = sum + total;
        }
      });
  check(state<Hub>(scheduler, hub).sum == sum, "the hub got wrong answers");
}

}  // namespace circo::bench
