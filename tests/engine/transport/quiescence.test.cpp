// Tries to fool the end of a run: one token wanders between the ranks, so that at nearly every instant every mailbox of
// every rank is empty, or all but one. The run must end, and not before the token has made all its hops.

#include <cstdint>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/run/engine.hpp>

namespace {

using namespace circo;

struct Token {
  std::uint32_t hops_left;
};

/// Passes the token to the next actor, to a random one, or to itself for a while, so that it rests at a rank.
struct Passer {
  using Receives = Messages<Token>;
  Population all;
  std::uint64_t number;
  std::uint64_t handled = 0;
  bool random = false;

  void on(const Token& token, Context& ctx) {
    ++handled;
    if (token.hops_left == 0) return;
    const std::uint64_t next = random ? ctx.random().below(all.size()) : (number + 1) % all.size();
    ctx.send(all[next], Token{token.hops_left - 1});
  }
};

struct Variant {
  int staleness;
  SchedulerId per_rank;
  TopologyKind topology;
  bool strict;
  bool random;
  std::uint64_t budget;
  std::uint64_t epoch_supersteps;
};

void wander(const Variant& variant, std::uint64_t seed) {
  CAPTURE(variant.staleness);
  CAPTURE(variant.per_rank);
  CAPTURE(static_cast<int>(variant.topology));
  CAPTURE(variant.strict);
  CAPTURE(variant.random);
  EngineSettings settings;
  settings.rank.schedulers_per_rank = variant.per_rank;
  settings.rank.topology = variant.topology;
  settings.rank.strict = variant.strict;
  settings.rank.seed = seed;
  settings.start = variant.random ? Start::random : Start::block;
  settings.staleness = variant.staleness;
  settings.superstep_budget = variant.budget;
  settings.epoch_supersteps = variant.epoch_supersteps;
  const Dispatch dispatch = ActorTypes<Passer>::bind();
  Engine<> engine{MPI_COMM_WORLD, dispatch, settings};
  const SchedulerId schedulers = engine.rank().layout().schedulers();
  const std::uint32_t hops = 150;
  const End end = engine.run([&](Setup& setup) {
    const auto all = setup.populate<Passer>(schedulers, [&](std::uint64_t i, const Population& population) {
      return Passer{population, i, 0, variant.random};
    });
    setup.send(all[0], Token{hops});
  });
  CHECK(end == End::quiescent);
  std::int64_t handled = 0;
  for (const auto& scheduler : engine.rank().schedulers())
    for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row)
      handled += static_cast<std::int64_t>(static_cast<const Passer*>(scheduler->arena().head(row).state())->handled);
  CHECK(engine.rank().world().sum(handled) == hops + 1);
}

TEST_CASE("a run with one wandering token ends when it has made all its hops, and not before") {
  const std::uint64_t seed = test::test_seed();
  for (const auto topology : {TopologyKind::complete, TopologyKind::grid})
    for (const SchedulerId per_rank : {1u, 2u, 3u})
      for (const bool random : {false, true}) {
        for (const int staleness : {0, 1, 2, 3})
          wander({staleness, per_rank, topology, false, random, staleness == 2 ? 1 : defaults::superstep_budget,
                  staleness == 1 ? 5u : 1024u},
                 seed);
        wander({0, per_rank, topology, true, random, 1, 7}, seed);
      }
}

TEST_CASE("a run without any message ends at once") {
  for (const int staleness : {0, 3})
    for (const bool strict : {false, true}) {
      EngineSettings settings;
      settings.staleness = staleness;
      settings.rank.strict = strict;
      Engine<> engine{MPI_COMM_WORLD, ActorTypes<Passer>::bind(), settings};
      CHECK(engine.run([](Setup&) {}) == End::quiescent);
      CHECK(engine.superstep() <= 4);
    }
}

TEST_CASE("tokens that die out at different times are all waited for") {
  const std::uint64_t seed = test::test_seed();
  for (const int staleness : {0, 1, 3}) {
    EngineSettings settings;
    settings.rank.schedulers_per_rank = 2;
    settings.rank.topology = TopologyKind::grid;
    settings.rank.seed = seed;
    settings.staleness = staleness;
    Engine<> engine{MPI_COMM_WORLD, ActorTypes<Passer>::bind(), settings};
    std::int64_t expected = 0;
    const End end = engine.run([&](Setup& setup) {
      const auto all = setup.populate<Passer>(20, [&](std::uint64_t i, const Population& population) {
        return Passer{population, i, 0, true};
      });
      expected = 0;
      for (std::uint32_t i = 0; i < 20; ++i) {
        setup.send(all[i], Token{i * i});
        expected += i * i + 1;
      }
    });
    CHECK(end == End::quiescent);
    std::int64_t delivered = 0;
    for (const auto& scheduler : engine.rank().schedulers())
      delivered += static_cast<std::int64_t>(scheduler->counts().delivered);
    CHECK(engine.rank().world().sum(delivered) == expected);
  }
}

}  // namespace
