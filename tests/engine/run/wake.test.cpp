#include <cstdint>

#include <doctest/doctest.h>

#include "engine/run/stress.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;

constexpr std::uint64_t ticks_of_a_clock = 40;

struct Tick {};

/// Ticks once a superstep and counts the ticks that did not come exactly a superstep after the one before.
struct Clock {
  using Receives = Messages<Tick>;
  std::uint64_t ticks = 0;
  std::uint64_t last = 0;
  std::uint64_t out_of_step = 0;

  void on_spawn(Context& ctx) { ctx.wake(Tick{}); }
  void on(const Tick&, Context& ctx) {
    if (ctx.superstep() != last + 1) ++out_of_step;
    last = ctx.superstep();
    if (++ticks < ticks_of_a_clock) ctx.wake(Tick{});
  }
};

TEST_CASE("clocks tick once in every superstep, in both modes, while they are moved at random in every epoch") {
  for (const bool strict : {false, true})
    for (const int staleness : {0, 2}) {
      EngineSettings settings;
      settings.rank.schedulers_per_rank = 2;
      settings.rank.strict = strict;
      settings.rank.seed = test::test_seed();
      settings.staleness = staleness;
      settings.epoch_supersteps = 3;
      CAPTURE(strict);
      CAPTURE(staleness);
      const Dispatch dispatch = ActorTypes<Clock>::bind();
      Engine<test::Shuffle> engine{MPI_COMM_WORLD, dispatch, settings, test::Shuffle{}};
      const std::uint64_t clocks = 30;
      CHECK(engine.run([&](Setup& setup) {
        setup.populate<Clock>(clocks, [](std::uint64_t, const Population&) { return Clock{}; });
      }) == End::quiescent);
      std::int64_t sums[3] = {0, 0, 0};
      for (const auto& scheduler : engine.rank().schedulers()) {
        const Arena& arena = scheduler->arena();
        for (std::uint32_t row = 0; row < arena.size(); ++row) {
          const auto& clock = *static_cast<const Clock*>(arena.head(row).state());
          sums[0] += static_cast<std::int64_t>(clock.ticks);
          sums[1] += static_cast<std::int64_t>(clock.out_of_step);
        }
        sums[2] += static_cast<std::int64_t>(scheduler->counts().sent_away);
      }
      engine.rank().world().sum(sums);
      CHECK(sums[0] == static_cast<std::int64_t>(clocks * ticks_of_a_clock));
      CHECK(sums[1] == 0);
      CHECK(sums[2] == 0);
      CHECK(engine.plugin<test::Shuffle>().moved > 0);
    }
}

}  // namespace
