#include "engine/space/town.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;
using namespace circo::test;

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

TEST_CASE("targets that are no schedulers, or not one per actor, are refused on all ranks before anything moves") {
  Town town{2, TopologyKind::automatic, 1};
  std::vector<std::vector<SchedulerId>> right;
  for (const auto& scheduler : town.rank.schedulers())
    right.emplace_back(scheduler->arena().size(), town.rank.layout().schedulers() - 1);
  const bool last = town.rank.world().rank() == town.rank.world().size() - 1;
  const auto refuses = [&](auto&& spoil, const char* text) {
    auto targets = right;
    if (last) spoil(targets);
    CHECK_THROWS_WITH_AS(migrate(town.rank, targets, {}), doctest::Contains(text), Error);
  };
  refuses([&](auto& targets) { targets[1][3] = town.rank.layout().schedulers(); }, "row 3 of scheduler");
  refuses([&](auto& targets) { targets[0].pop_back(); }, "expected one for each of its 10 actors");
  refuses([&](auto& targets) { targets.pop_back(); }, "expected them for the 2 of this rank");
  CHECK(town.rank.local_actors() == 20);
  CHECK(town.rank.world().sum(static_cast<std::int64_t>(migrate(town.rank, right, {}))) ==
        10 * (2 * town.rank.world().size() - 1));
}

}  // namespace
