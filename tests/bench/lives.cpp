// Making actors: spawned and died a second, and what ten million of them take at the start.

#include <cstdlib>

#include <bench/bench.hpp>
#include <engine/scheduler/no_hooks.hpp>
#include <fmt/format.h>

#include <circo/memory.hpp>
#include <circo/scheduler/drain.hpp>

namespace circo::bench {

namespace {

struct Live {
  std::uint64_t generations_left;
};

struct Mayfly {
  using Receives = Messages<Live>;
  std::uint64_t born = 0;
  void on(const Live& live, Context& ctx) {
    if (live.generations_left > 1) ctx.send(ctx.spawn<Mayfly>(), Live{live.generations_left - 1});
    ctx.die();
  }
};

struct Sleeper {
  using Receives = Messages<Live>;
  std::uint64_t state[2]{};
  void on(const Live&, Context&) {}
};

}  // namespace

void spawn(Bench& bench) {
  const std::uint64_t lives = bench.size(2'000'000, 10'000);
  constexpr std::uint64_t at_once = 1000;
  const Dispatch dispatch = ActorTypes<Mayfly>::bind();
  Scheduler scheduler{0, dispatch, {}};
  Context outside{scheduler};
  test::NoHooks hooks;
  struct Life {
    std::uint64_t head[2], state;
  };
  std::vector<Life*> living(at_once);
  for (auto& life : living) life = static_cast<Life*>(std::malloc(sizeof(Life)));
  bench.compare(
      fmt::format("alive={}", at_once), lives, "lives",
      [&] {
        for (std::uint64_t i = 0; i < at_once; ++i) {
          const Addr first = scheduler.spawn(0, {}, [](void* memory) { new (memory) Mayfly{}; }).addr;
          outside.send(first, Live{lives / at_once});
        }
        drain(scheduler, hooks, UINT64_MAX);
      },
      [&] {
        for (std::uint64_t i = 0; i < lives; ++i) {
          auto* next = static_cast<Life*>(std::malloc(sizeof(Life)));
          *next = {{i, 0}, 0};
          std::swap(living[i % at_once], next);
          std::free(next);
        }
      });
  for (Life* life : living) std::free(life);
  check(scheduler.arena().size() == 0, "some actors did not die");
}

void startup(Bench& bench) {
  const std::uint64_t actors = bench.size(10'000'000, 100'000);
  const Dispatch dispatch = ActorTypes<Sleeper>::bind();
  const std::uint64_t before = resident_bytes();
  Scheduler scheduler{0, dispatch, {}};
  const double seconds = bench.seconds([&] {
    for (std::uint64_t i = 0; i < actors; ++i) scheduler.spawn(0, {}, [](void* memory) { new (memory) Sleeper{}; });
  });
  const double taken = static_cast<double>(resident_bytes() - before) / static_cast<double>(actors);
  std::vector<Sleeper> by_hand;
  const double floor_seconds = bench.seconds([&] {
    for (std::uint64_t i = 0; i < actors; ++i) by_hand.push_back({});
  });
  const double rate = 1e-6 * static_cast<double>(actors) / seconds;
  bench.add(
      {fmt::format("actors={}", actors), rate, "M actors/s", rate * seconds / floor_seconds, floor_seconds / seconds});
  bench.add({fmt::format("actors={} beyond state", actors), taken - sizeof(Sleeper), "bytes an actor", 0, 0});
}

}  // namespace circo::bench
