// Messages delivered a second between pairs of actors on one scheduler and one thread, beside a hand-written loop over
// records of the same size in the same process. The two take turns (A B A B), and medians are shown.
//
//   ping_pong [MILLIONS]      millions of messages a measurement; default 20

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <bench/floor.hpp>
#include <fmt/format.h>
#include <ping_pong/ping_pong.hpp>

#include <circo/run/version.hpp>
#include <circo/scheduler/drain.hpp>

namespace {

using namespace circo;

struct NoHooks {
  void on_deliver(Scheduler&, const Envelope&, ActorHead&) {}
  void on_dead_letter(Scheduler&, const Envelope&) {}
  void on_death(Scheduler&, ActorHead&) {}
};

template <class Work>
double millions_per_s(std::uint64_t messages, Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return static_cast<double>(messages) / time.count() * 1e-6;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(std::size_t pairs, std::uint32_t infoton_every, std::uint64_t messages) {
  const Dispatch dispatch = ActorTypes<models::Player>::bind();
  SchedulerSettings settings;
  settings.seed = 1;
  settings.infoton_every = infoton_every;
  Scheduler scheduler{0, dispatch, settings};
  Context outside{scheduler};
  std::vector<Addr> players;
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    players.push_back(scheduler.spawn(0, {}, [](void* state) { new (state) models::Player{}; }).addr);
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    static_cast<models::Player*>(scheduler.arena().head(scheduler.directory().find(players[i])).state())->partner =
        players[i ^ 1];
  for (std::size_t pair = 0; pair < pairs; ++pair) outside.send(players[2 * pair], models::Ball{UINT64_MAX});
  bench::PingPongFloor floor{pairs};
  NoHooks hooks;
  std::vector<double> engine_rates, floor_rates;
  for (int turn = 0; turn < 6; ++turn) {
    const double engine = millions_per_s(messages, [&] { drain(scheduler, hooks, messages); });
    const double by_hand = millions_per_s(messages, [&] { floor.deliver(messages); });
    if (turn == 0) continue;  // warms up
    engine_rates.push_back(engine);
    floor_rates.push_back(by_hand);
  }
  if (scheduler.counts().delivered != 6 * messages || floor.hits() != 6 * messages) {
    fmt::print(stderr, "ping_pong: wrong number of messages delivered\n");
    std::exit(1);
  }
  const double engine = median(engine_rates), by_hand = median(floor_rates);
  fmt::print("{:>10} {:>10} {:>14.1f} {:>14.1f} {:>12.2f} {:>10.1f}\n", pairs, infoton_every, engine, by_hand,
             engine / by_hand, 1e3 / engine);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t millions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20;
  if (millions == 0) {
    fmt::print(stderr, "usage: ping_pong [MILLIONS of messages a measurement, at least 1]\n");
    return 2;
  }
  fmt::print("circo {} ({})\n{:>10} {:>10} {:>14} {:>14} {:>12} {:>10}\n", version(), git_hash(), "pairs",
             "infotons 1/", "M messages/s", "by hand M/s", "ratio", "ns");
  for (const std::uint32_t infoton_every : {0u, 16u, 1u})
    for (const std::size_t pairs : {1u, 1000u, 100'000u, 1'000'000u})
      compare(pairs, infoton_every, millions * 1'000'000);
}
