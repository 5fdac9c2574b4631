#include <cstdint>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/scheduler/drain.hpp>
#include <circo/space/migration.hpp>

namespace {

using namespace circo;

struct Number {
  std::uint64_t value;
};

/// State as bytes.
struct Stone {
  using Receives = Messages<Number>;
  std::uint64_t number = 0;
  std::uint64_t got = 0;  // the last number received
  std::uint32_t migrations = 0;
  SchedulerId last_place = 0;

  void on(const Number& message, Context&) {
    CHECK(message.value == got + 1);
    got = message.value;
  }
  void on_migrate(Context& ctx) {
    ++migrations;
    last_place = ctx.scheduler();
    CHECK(ctx.sender() == Addr{});
  }
};

/// State with cereal.
struct Vessel {
  using Receives = Messages<Number>;
  std::vector<std::string> contents;
  void on(const Number& message, Context&) { contents.push_back(std::to_string(message.value)); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(contents);
  }
};

/// A rank with actors whose state says where they were made: actor k of a scheduler is a Stone when k is even.
struct Town {
  static constexpr std::uint32_t each = 10;
  Dispatch dispatch = ActorTypes<Stone, Vessel>::bind();
  Rank rank;
  Column<std::uint64_t> marks;
  std::uint64_t seed;

  Town(SchedulerId per_rank, TopologyKind topology, std::uint64_t seed_)
      : rank{MPI_COMM_WORLD, dispatch, settings(per_rank, topology)}, seed{seed_} {
    for (const auto& scheduler : rank.schedulers()) {
      marks = scheduler->arena().add_column<std::uint64_t>();
      for (std::uint32_t k = 0; k < each; ++k) {
        const bool stone = k % 2 == 0;
        const auto type = stone ? actor_number<Stone> : actor_number<Vessel>;
        const auto& head = scheduler->spawn(type, {1, 2, static_cast<float>(k)}, [&](void* state) {
          if (stone) {
            Context::construct<Stone>(state, number_of(scheduler->id(), k));
          } else {
            Context::construct<Vessel>(state, std::vector{std::to_string(number_of(scheduler->id(), k))});
          }
        });
        scheduler->arena().column(marks)[head.row] = head.addr.bits();
        scheduler->arena().draws()[head.row] = k;
        scheduler->arena().head(head.row).count = 3 * k;
      }
    }
  }
  static RankSettings settings(SchedulerId per_rank, TopologyKind topology) {
    RankSettings settings;
    settings.schedulers_per_rank = per_rank;
    settings.topology = topology;
    settings.exchange.first_block_bytes = 128;
    return settings;
  }
  static std::uint64_t number_of(SchedulerId home, std::uint32_t k) { return 1000 * home + k; }
  static Addr addr_of(SchedulerId home, std::uint32_t k) { return {home, k, 1}; }

  /// The scheduler of an actor in a round: all know it.
  SchedulerId goal(Addr addr, std::uint64_t round) const {
    return static_cast<SchedulerId>(below(mix(mix(seed, round), addr.bits()), rank.layout().schedulers()));
  }
  std::uint64_t move(std::uint64_t round, const MigrationHooks& hooks = {}) {
    rank.settle();
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers()) {
      auto& mine = targets.emplace_back();
      for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row)
        mine.push_back(goal(scheduler->arena().addr(row), round));
    }
    return migrate(rank, targets, hooks);
  }
  /// Everybody writes `value` to everybody, from outside.
  void write_all(std::uint64_t value) {
    if (rank.world().rank() != 0) return;
    Context outside{*rank.schedulers()[0]};
    for (SchedulerId home = 0; home < rank.layout().schedulers(); ++home)
      for (std::uint32_t k = 0; k < each; ++k) outside.send(addr_of(home, k), Number{value});
  }
  void drain_all() {
    struct {
      void on_deliver(Scheduler&, const Envelope&, ActorHead&) {}
      void on_dead_letter(Scheduler&, const Envelope&) { FAIL("nobody has died"); }
      void on_death(Scheduler&, ActorHead&) {}
    } hooks;
    for (const auto& scheduler : rank.schedulers()) {
      drain(*scheduler, hooks, UINT64_MAX);
      REQUIRE_FALSE(scheduler->failure());
    }
  }
};

const std::vector<std::pair<SchedulerId, TopologyKind>> layouts{
    {1, TopologyKind::complete}, {3, TopologyKind::complete}, {2, TopologyKind::grid}};

TEST_CASE("actors arrive where they are sent, with state, position, count, random stream and columns") {
  const std::uint64_t seed = test::test_seed();
  for (const auto& [per_rank, topology] : layouts) {
    Town town{per_rank, topology, seed};
    std::vector<std::uint32_t> moves(town.rank.layout().schedulers() * Town::each);
    std::vector<SchedulerId> place(moves.size());
    for (std::size_t i = 0; i < place.size(); ++i) place[i] = static_cast<SchedulerId>(i / Town::each);
    for (std::uint64_t round = 0; round < 5; ++round) {
      std::int64_t expected_moves = 0;
      for (std::size_t i = 0; i < place.size(); ++i) {
        const auto addr = Town::addr_of(static_cast<SchedulerId>(i / Town::each), i % Town::each);
        const SchedulerId goal = town.goal(addr, round);
        if (goal == place[i]) continue;
        ++moves[i];
        ++expected_moves;
        place[i] = goal;
      }
      const auto moved = static_cast<std::int64_t>(town.move(round));
      CHECK(town.rank.world().sum(moved) == expected_moves);
      std::int64_t met = 0;
      for (const auto& scheduler : town.rank.schedulers()) {
        Arena& arena = scheduler->arena();
        for (std::uint32_t row = 0; row < arena.size(); ++row, ++met) {
          const Addr addr = arena.addr(row);
          const std::uint32_t k = addr.index();
          const std::size_t i = addr.home() * Town::each + k;
          REQUIRE(place[i] == scheduler->id());
          REQUIRE(scheduler->directory().find(addr).is_here());
          REQUIRE(arena.positions()[row] == Position{1, 2, static_cast<float>(k)});
          REQUIRE(arena.draws()[row] == k);
          REQUIRE(arena.head(row).count == 3 * k);
          REQUIRE(arena.column(town.marks)[row] == addr.bits());
          if (k % 2 == 0) {
            REQUIRE(arena.type_number(row) == actor_number<Stone>);
            const auto& stone = *static_cast<const Stone*>(arena.head(row).state());
            REQUIRE(stone.number == Town::number_of(addr.home(), k));
            REQUIRE(stone.migrations == moves[i]);
            if (moves[i] != 0) REQUIRE(stone.last_place == scheduler->id());
          } else {
            REQUIRE(arena.type_number(row) == actor_number<Vessel>);
            const auto& vessel = *static_cast<const Vessel*>(arena.head(row).state());
            REQUIRE(vessel.contents == std::vector{std::to_string(Town::number_of(addr.home(), k))});
          }
        }
      }
      CHECK(town.rank.world().sum(met) == static_cast<std::int64_t>(place.size()));
      // The homes know where theirs are.
      for (std::size_t i = 0; i < place.size(); ++i) {
        const auto home = static_cast<SchedulerId>(i / Town::each);
        if (!town.rank.layout().is_here(home)) continue;
        const Place known = town.rank.scheduler(home).directory().find(Town::addr_of(home, i % Town::each));
        REQUIRE(known.is_here() == (place[i] == home));
        if (!known.is_here()) REQUIRE(known.scheduler() == place[i]);
      }
    }
  }
}

TEST_CASE("mail that waits for an actor goes along, in its order; mail for those who stay stays") {
  const std::uint64_t seed = test::test_seed();
  for (const auto& [per_rank, topology] : layouts) {
    Town town{per_rank, topology, seed};
    std::uint64_t value = 0;
    for (std::uint64_t round = 0; round < 5; ++round) {
      // Two rounds of mail that nobody has read before the actors move, over stale places too.
      town.write_all(++value);
      town.move(2 * round);
      town.write_all(++value);
      town.move(2 * round + 1);
      if (round % 2 == 0) announce_places(town.rank);
      town.rank.settle();
      town.drain_all();
      std::int64_t readers = 0;
      for (const auto& scheduler : town.rank.schedulers())
        for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row) {
          const void* state = scheduler->arena().head(row).state();
          if (scheduler->arena().type_number(row) == actor_number<Stone>) {
            REQUIRE(static_cast<const Stone*>(state)->got == value);
          } else {
            const auto& contents = static_cast<const Vessel*>(state)->contents;
            REQUIRE(contents.size() == 1 + value);
            for (std::uint64_t v = 1; v <= value; ++v) REQUIRE(contents[v] == std::to_string(v));
          }
          ++readers;
        }
      CHECK(town.rank.world().sum(readers) == town.rank.layout().schedulers() * Town::each);
    }
  }
}

TEST_CASE("a random stream goes on where it was, whichever scheduler its actor is at") {
  const std::uint64_t seed = test::test_seed();
  Town town{2, TopologyKind::complete, seed};
  for (std::uint64_t round = 0; round < 4; ++round) {
    for (const auto& scheduler : town.rank.schedulers())
      for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row) {
        Context context{*scheduler};
        context.enter(scheduler->arena().head(row), nullptr);
        const Addr addr = context.self();
        REQUIRE(context.random()() == Random{scheduler->actor_stream(addr), addr.index() + round}());
      }
    town.move(round);
  }
}

TEST_CASE("what plugins add to the luggage comes out at the other end, row by row") {
  struct Plugin {
    std::uint64_t out = 0, in = 0;
  } plugin;
  MigrationHooks hooks;
  hooks.plugins = &plugin;
  hooks.out = [](void* p, Scheduler& from, std::uint32_t row, Bytes& data) {
    ++static_cast<Plugin*>(p)->out;
    append(data, from.arena().addr(row).bits() * 7);
    append(data, std::as_bytes(std::span{"odd"}));
  };
  hooks.in = [](void* p, Scheduler& to, std::uint32_t row, ByteReader& data) {
    ++static_cast<Plugin*>(p)->in;
    CHECK(data.get<std::uint64_t>() == to.arena().addr(row).bits() * 7);
    CHECK(data.take(4).size() == 4);
    CHECK(data.empty());
  };
  Town town{2, TopologyKind::grid, test::test_seed()};
  std::uint64_t moved = 0;
  for (std::uint64_t round = 0; round < 3; ++round) moved += town.move(round, hooks);
  CHECK(plugin.out == moved);
  const auto& all = town.rank.world();
  CHECK(all.sum(static_cast<std::int64_t>(plugin.in)) == all.sum(static_cast<std::int64_t>(moved)));
}

TEST_CASE("nobody moves when all are where they belong, and no mail is forwarded from then on") {
  Town town{2, TopologyKind::complete, 1};
  town.rank.settle();
  std::vector<std::vector<SchedulerId>> targets;
  for (const auto& scheduler : town.rank.schedulers()) targets.emplace_back(scheduler->arena().size(), scheduler->id());
  CHECK(migrate(town.rank, targets, {}) == 0);
  CHECK_FALSE(town.rank.moved());
}

TEST_CASE("a sender that has gone by way of the home learns the place, and writes there directly") {
  Town town{1, TopologyKind::complete, 1};
  const SchedulerId schedulers = town.rank.layout().schedulers();
  if (schedulers < 3) return;
  // Actor 0 of scheduler 1 moves to 2; actor 0 of scheduler 0 writes to it.
  town.rank.settle();
  std::vector<std::vector<SchedulerId>> targets{std::vector<SchedulerId>(Town::each, town.rank.layout().first())};
  if (town.rank.layout().first() == 1) targets[0][0] = 2;
  migrate(town.rank, targets, {});
  const Addr writer = Town::addr_of(0, 0), reader = Town::addr_of(1, 0);
  auto write = [&](std::uint64_t value) {
    if (!town.rank.layout().is_here(0)) return;
    Scheduler& scheduler = town.rank.scheduler(0);
    Context context{scheduler};
    context.enter(scheduler.arena().head(scheduler.directory().find(writer)), nullptr);
    context.send(reader, Number{value});
  };
  auto forwarded = [&] {
    std::int64_t sum = 0;
    for (const auto& scheduler : town.rank.schedulers())
      sum += static_cast<std::int64_t>(scheduler->counts().forwarded);
    return town.rank.world().sum(sum);
  };
  write(1);
  town.rank.settle();
  CHECK(forwarded() == 1);
  announce_places(town.rank);
  write(2);
  town.rank.settle();
  CHECK(forwarded() == 1);
  town.drain_all();
  if (town.rank.layout().is_here(2)) {
    const Scheduler& at = town.rank.scheduler(2);
    CHECK(static_cast<const Stone*>(at.arena().head(at.directory().find(reader)).state())->got == 2);
  }
}

}  // namespace
