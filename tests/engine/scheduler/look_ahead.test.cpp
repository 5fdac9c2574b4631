#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "engine/scheduler/no_hooks.hpp"
#include "engine/test_seed.hpp"
#include <circo/scheduler/drain.hpp>

namespace {

using namespace circo;

enum class Deed : std::uint64_t { count, spawn, die };

struct Poke {
  Deed deed;
};

/// Large, so that some tens of thousands exceed any second-level cache.
struct Heavy {
  using Receives = Messages<Poke>;
  std::uint64_t pokes = 0;
  std::uint64_t weight[15]{};

  void on(const Poke& poke, Context& ctx) {
    ++pokes;
    if (poke.deed == Deed::spawn) ctx.spawn<Heavy>();
    if (poke.deed == Deed::die) ctx.die();
  }
};

TEST_CASE("looking ahead changes nothing: a large arena gets each message once, while tables grow and actors die") {
  const Dispatch dispatch = ActorTypes<Heavy>::bind();
  Scheduler scheduler{0, dispatch, {}};
  Context outside{scheduler};
  test::NoHooks hooks;
  Random random{test::test_seed(), 0};
  const std::uint64_t n = 40'000;
  std::vector<Addr> actors;
  for (std::uint64_t i = 0; i < n; ++i) {
    const bool guest = i % 4 == 0;  // found in the map of those with another home
    const Addr addr = guest ? Addr{7, static_cast<std::uint32_t>(i), 1} : scheduler.directory().allocate();
    scheduler.place_new(addr, 0, {}, [](void* state) { new (state) Heavy{}; });
    actors.push_back(addr);
  }
  REQUIRE(scheduler.arena().bytes() > defaults::cached_arena_bytes);
  std::vector<std::uint64_t> expected(n);
  std::vector<bool> dead(n);
  std::uint64_t delivered = 0, lost = 0, spawned = 0;
  for (std::uint64_t message = 0; message < 5 * n; ++message) {
    const std::uint64_t i = random.below(n);
    const std::uint64_t draw = random.below(20);
    const Deed deed = draw == 0 ? Deed::spawn : draw == 1 && i % 4 != 0 ? Deed::die : Deed::count;
    outside.send(actors[i], Poke{deed});
    if (dead[i]) {
      ++lost;
      continue;
    }
    ++delivered;
    ++expected[i];
    if (deed == Deed::spawn) ++spawned;
    if (deed == Deed::die) dead[i] = true;
  }
  // In pieces, so that it starts in the middle of a chunk too.
  for (int piece = 0; piece < 10; ++piece) drain(scheduler, hooks, 1000);
  drain(scheduler, hooks, UINT64_MAX);
  REQUIRE_FALSE(scheduler.failure());
  CHECK(scheduler.counts().delivered == delivered);
  CHECK(scheduler.counts().dead_letters == lost);
  CHECK(scheduler.counts().spawned == n + spawned);
  for (std::uint64_t i = 0; i < n; ++i) {
    if (dead[i]) continue;
    const Place place = scheduler.directory().find(actors[i]);
    REQUIRE(static_cast<const Heavy*>(scheduler.arena().head(place).state())->pokes == expected[i]);
  }
}

}  // namespace
