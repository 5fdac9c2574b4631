#pragma once

#include <chrono>

#include <bench/bench.hpp>

#include <circo/run/engine.hpp>

namespace circo::bench {

/// Plugin: when the run itself began and ended, without the making of the first actors.
struct Stopwatch {
  double begin = 0, end = 0;
  void on_start(Rank& rank) { begin = time(rank); }
  void on_stop(Rank& rank) { end = time(rank); }

 private:
  /// Several schedulers may be run by several threads at the same time, so they go by the wall.
  static double time(const Rank& rank) {
    if (rank.layout().per_rank == 1) return now(rank.world());
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
};

/// *Collective.* Seconds from the first message to quiescence, on the slowest rank. No epochs in between. Throws Error
/// unless `messages` have been delivered on all ranks together.
template <class Setup>
double run_seconds(const Communicator& world, const Dispatch& dispatch, const RankSettings& rank,
                   std::uint64_t messages, Setup&& setup) {
  EngineSettings settings;
  settings.rank = rank;
  settings.start = Start::block;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 0;
  Engine<Stopwatch> engine{world.get(), dispatch, settings, Stopwatch{}};
  engine.run(setup);
  std::int64_t delivered = 0;
  for (const auto& scheduler : engine.rank().schedulers())
    delivered += static_cast<std::int64_t>(scheduler->counts().delivered);
  check(world.sum(delivered) == static_cast<std::int64_t>(messages), "a wrong number of messages was delivered");
  const auto& watch = engine.template plugin<Stopwatch>();
  return world.max(watch.end - watch.begin);
}

}  // namespace circo::bench
