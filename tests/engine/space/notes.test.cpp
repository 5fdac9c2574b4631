#include <algorithm>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <circo/space/migration.hpp>
#include <circo/space/notes.hpp>

namespace {

using namespace circo;

struct Dummy {
  using Receives = Messages<>;
};

struct Note {
  Addr to;
  std::uint64_t from;  // scheduler
};

constexpr std::uint32_t each = 8;

/// Actors 0 .. 7 of every home, of which 7 has died and the others have moved on by k schedulers.
struct Town {
  explicit Town(SchedulerId per_rank, TopologyKind topology)
      : rank{MPI_COMM_WORLD, ActorTypes<Dummy>::bind(), settings(per_rank, topology)} {
    for (const auto& scheduler : rank.schedulers())
      for (std::uint32_t k = 0; k < each; ++k)
        scheduler->spawn(actor_number<Dummy>, {}, [](void* state) { new (state) Dummy; });
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers()) {
      scheduler->bury(scheduler->arena().head(each - 1));
      auto& mine = targets.emplace_back();
      for (std::uint32_t row = 0; row < each - 1; ++row) mine.push_back(place(scheduler->arena().addr(row)));
    }
    rank.settle();
    migrate(rank, targets, {});
  }
  static RankSettings settings(SchedulerId per_rank, TopologyKind topology) {
    RankSettings settings;
    settings.schedulers_per_rank = per_rank;
    settings.topology = topology;
    return settings;
  }
  SchedulerId place(Addr addr) const { return (addr.home() + addr.index()) % rank.layout().schedulers(); }
  Rank rank;
};

TEST_CASE("a note finds every living actor, wherever it has moved, once; notes to the dead are dropped") {
  for (const auto topology : {TopologyKind::complete, TopologyKind::grid})
    for (const SchedulerId per_rank : {1u, 2u, 3u}) {
      Town town{per_rank, topology};
      const SchedulerId schedulers = town.rank.layout().schedulers();
      std::vector<std::vector<Note>> outgoing;
      for (const auto& scheduler : town.rank.schedulers()) {
        auto& mine = outgoing.emplace_back();
        for (SchedulerId home = 0; home < schedulers; ++home)
          for (std::uint32_t k = 0; k < each; ++k) mine.push_back({Addr{home, k, 1}, scheduler->id()});
      }
      std::vector<std::pair<Addr, std::uint64_t>> arrived;
      route_notes(town.rank, std::move(outgoing), [&](Scheduler& at, const Note& note) {
        REQUIRE(at.directory().find(note.to).is_here());
        REQUIRE(at.id() == town.place(note.to));
        arrived.emplace_back(note.to, note.from);
      });
      std::ranges::sort(arrived);
      CHECK(std::ranges::adjacent_find(arrived) == arrived.end());
      const auto all = town.rank.world().sum(static_cast<std::int64_t>(arrived.size()));
      CHECK(all == static_cast<std::int64_t>(schedulers) * schedulers * (each - 1));
      for (const auto& [to, from] : arrived) CHECK(to.index() != each - 1);
    }
}

TEST_CASE("notes arrive in an order that the hosting of schedulers does not change") {
  Town town{2, TopologyKind::complete};
  Town on_grid{2, TopologyKind::grid};
  auto order = [](Town& where) {
    std::vector<std::vector<Note>> outgoing;
    for (const auto& scheduler : where.rank.schedulers()) {
      auto& mine = outgoing.emplace_back();
      for (SchedulerId home = 0; home < where.rank.layout().schedulers(); ++home)
        for (std::uint32_t k = 0; k < each; ++k) mine.push_back({Addr{home, k, 1}, scheduler->id()});
    }
    std::vector<std::pair<SchedulerId, std::pair<Addr, std::uint64_t>>> arrived;
    route_notes(where.rank, std::move(outgoing), [&](Scheduler& at, const Note& note) {
      arrived.push_back({at.id(), {note.to, note.from}});
    });
    std::ranges::stable_sort(arrived, {}, [](const auto& entry) { return entry.first; });
    return arrived;
  };
  CHECK(order(town) == order(on_grid));
}

TEST_CASE("no notes anywhere end at once") {
  Town town{1, TopologyKind::grid};
  bool arrived = false;
  route_notes(town.rank, std::vector<std::vector<Note>>(1), [&](Scheduler&, const Note&) { arrived = true; });
  CHECK_FALSE(arrived);
}

}  // namespace
