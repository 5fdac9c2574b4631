// What a message costs after a migration, when its receiver must be looked up, beside what it costs where nobody has
// moved: pairs of actors send each other a message on one scheduler.

#include <bench/bench.hpp>
#include <engine/scheduler/no_hooks.hpp>
#include <fmt/format.h>
#include <ping_pong/ping_pong.hpp>

#include <circo/scheduler/drain.hpp>
#include <circo/space/migration.hpp>

namespace circo::bench {

namespace {

/// Players in pairs, of which each sends to the other.
void populate(Scheduler& scheduler, std::uint64_t pairs) {
  std::vector<ActorHead*> heads;
  for (std::uint64_t i = 0; i < 2 * pairs; ++i)
    heads.push_back(&scheduler.spawn(0, {}, [](void* state) { new (state) models::Player{}; }));
  for (std::uint64_t i = 0; i < 2 * pairs; ++i)
    static_cast<models::Player*>(heads[i]->state())->partner = heads[i ^ 1]->addr;
}

/// One message under way for each pair that is here.
void serve(Scheduler& scheduler) {
  Context outside{scheduler};
  for (std::uint32_t row = 0; row < scheduler.arena().size(); row += 2)
    outside.send(scheduler.arena().addr(row), models::Ball{UINT64_MAX});
}

void compare(Bench& bench, std::uint64_t pairs) {
  const std::uint64_t messages = bench.size(8'000'000, 40'000);
  const Dispatch dispatch = ActorTypes<models::Player>::bind();
  RankSettings settings;
  settings.schedulers_per_rank = 3;
  Rank rank{bench.world().get(), dispatch, settings};
  // Scheduler 0 is left alone; of scheduler 1 every second half moves to scheduler 2, where all are guests.
  Scheduler &still = rank.scheduler(0), &left = rank.scheduler(1), &guests = rank.scheduler(2);
  populate(still, pairs);
  populate(left, pairs);
  populate(left, pairs);
  std::vector<std::vector<SchedulerId>> targets{
      std::vector<SchedulerId>(2 * pairs, 0), std::vector<SchedulerId>(4 * pairs, 1), {}};
  std::fill(targets[1].begin() + static_cast<std::ptrdiff_t>(2 * pairs), targets[1].end(), 2);
  check(migrate(rank, targets, {}) == 2 * pairs, "not all who should have moved");
  test::NoHooks hooks;
  for (const auto& scheduler : rank.schedulers()) serve(*scheduler);
  const auto serve_mail = [&](Scheduler& scheduler) {
    scheduler.set_superstep(scheduler.superstep() + 1);
    drain(scheduler, hooks, messages);
  };
  const auto rates = bench.interleave(
      messages, [&] { serve_mail(still); }, [&] { serve_mail(left); }, [&] { serve_mail(guests); });
  bench.add({fmt::format("pairs={} others=left", pairs), rates[1], "M messages/s", rates[0], rates[1] / rates[0]});
  bench.add({fmt::format("pairs={} guests", pairs), rates[2], "M messages/s", rates[0], rates[2] / rates[0]});
  for (const auto& scheduler : rank.schedulers())
    check(scheduler->counts().sent_away == 0 && scheduler->counts().forwarded == 0, "mail went away");
}

}  // namespace

void moved(Bench& bench) {
  for (const std::uint64_t pairs : {1000u, 100'000u}) compare(bench, bench.size(pairs, 100));
}

}  // namespace circo::bench
