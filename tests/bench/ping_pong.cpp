#include <bench/bench.hpp>
#include <bench/floor.hpp>
#include <bench/order.hpp>
#include <fmt/format.h>
#include <ping_pong/ping_pong.hpp>

#include <circo/scheduler/drain.hpp>
#include <circo/space/edge_sums.hpp>

namespace circo::bench {

namespace {

/// Adds infotons up by edge as Placement does, and else nothing.
class Capture {
 public:
  void on_deliver(Scheduler&, const Envelope& record, ActorHead&) {
    if (record.flags & Envelope::has_infoton) [[unlikely]]
      capture(record);
  }
  void on_dead_letter(Scheduler&, const Envelope&) {}
  void on_death(Scheduler&, ActorHead&) {}

 private:
  [[gnu::noinline]] void capture(const Envelope& record) {
    sums_.add(record.to, record.from, record.infoton()->energy);
  }
  EdgeSums sums_;
};

void compare(Bench& bench, std::uint64_t pairs, bool shuffled, std::uint32_t infoton_every) {
  const std::uint64_t messages = std::max(bench.size(8'000'000, 100'000), 4 * pairs);
  const auto order = order_of(2 * pairs, shuffled);
  const Dispatch dispatch = ActorTypes<models::Player>::bind();
  SchedulerSettings settings;
  settings.seed = 1;
  settings.infoton_every = infoton_every;
  Scheduler scheduler{0, dispatch, settings};
  scheduler.set_infoton_sources(false);  // as Placement does for its default law
  std::vector<Addr> players;
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    players.push_back(scheduler.spawn(0, {}, [](void* state) { new (state) models::Player{}; }).addr);
  auto player = [&](Addr addr) {
    return static_cast<models::Player*>(scheduler.arena().head(scheduler.directory().find(addr)).state());
  };
  for (std::size_t i = 0; i < 2 * pairs; ++i) player(players[order[i]])->partner = players[order[i ^ 1]];
  Context outside{scheduler};
  for (std::size_t i = 0; i < 2 * pairs; i += 2) outside.send(players[order[i]], models::Ball{UINT64_MAX});
  Capture capture;
  PingPongFloor floor{order, infoton_every};
  bench.compare(
      fmt::format("pairs={} infotons={}{}", pairs,
                  infoton_every == 0   ? "off"
                  : infoton_every == 1 ? "all"
                                       : "sampled",
                  shuffled ? " order=random" : ""),
      messages, "messages", [&] { drain(scheduler, capture, messages); }, [&] { floor.deliver<0>(messages); },
      [&] { floor.deliver<24>(messages); });
  const std::uint64_t turns = static_cast<std::uint64_t>(bench.turns()) + 1;
  check(scheduler.counts().delivered == turns * messages && floor.hits() == 2 * turns * messages,
        "ping_pong delivered a wrong number of messages");
}

}  // namespace

void ping_pong(Bench& bench) {
  for (const std::uint32_t infoton_every : {0u, 16u, 1u}) {
    for (const std::uint64_t pairs : {1u, 1000u, 100'000u, 1'000'000u})
      if (pairs <= bench.size(pairs, 1000)) compare(bench, pairs, false, infoton_every);
    compare(bench, bench.size(1'000'000, 1000), true, infoton_every);
  }
}

}  // namespace circo::bench
