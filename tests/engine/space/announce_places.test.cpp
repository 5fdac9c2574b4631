#include "engine/space/town.hpp"

namespace {

using namespace circo;
using namespace circo::test;

TEST_CASE("nobody moves when all are where they belong, and no mail is forwarded from then on") {
  Town town{2, TopologyKind::complete, 1};
  town.rank.settle();
  std::vector<std::vector<SchedulerId>> targets;
  for (const auto& scheduler : town.rank.schedulers()) targets.emplace_back(scheduler->arena().size(), scheduler->id());
  CHECK(migrate(town.rank, targets, {}) == 0);
  CHECK_FALSE(town.rank.moved());
  town.write_all(1);
  town.rank.settle();
  town.drain_all();
  CHECK(town.forwarded() == 0);
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
  write(1);
  town.rank.settle();
  CHECK(town.forwarded() == 1);
  announce_places(town.rank);
  write(2);
  town.rank.settle();
  CHECK(town.forwarded() == 1);
  town.drain_all();
  if (town.rank.layout().is_here(2)) {
    const Scheduler& at = town.rank.scheduler(2);
    CHECK(static_cast<const Stone*>(at.arena().head(at.directory().find(reader)).state())->got == 2);
  }
}

}  // namespace
