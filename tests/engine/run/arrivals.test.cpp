// on_migrate is called at every new place, the process of a resumed run among them, and may end the actor.

#include <vector>

#include <doctest/doctest.h>

#include "engine/io/scratch_folder.hpp"
#include <circo/run/engine.hpp>

namespace {

using namespace circo;

struct Tick {};

/// Points to what only this process knows.
struct Pointing {
  using Receives = Messages<Tick>;
  std::uint64_t number = 0;
  const int* table = nullptr;
  std::uint32_t arrivals = 0;
  std::uint32_t mortal = 0;  // dies on arrival

  void on_spawn(Context& ctx) {
    table = &here;
    ctx.wake(Tick{});
  }
  void on_migrate(Context& ctx) {
    table = &here;
    ++arrivals;
    CHECK(ctx.superstep() > 0);
    if (mortal != 0) ctx.die();
  }
  void on_death(Context& ctx) {
    ++deaths;
    ctx.die();  // changes nothing
  }
  void on(const Tick&, Context& ctx) {
    CHECK(table == &here);
    ctx.wake(Tick{});
  }

  static inline int here = 0;
  static inline int deaths = 0;
};

/// Moves everyone to the next scheduler.
struct March {
  void on_epoch(Rank& rank, Epoch& epoch) {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % rank.layout().schedulers());
    epoch.migrate(targets);
  }
};

struct Census {
  std::int64_t alive = 0, arrivals = 0, deaths = 0;
};

constexpr std::uint64_t actors = 40;

EngineSettings settings_with(SchedulerId schedulers, bool strict) {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = schedulers;
  settings.rank.strict = strict;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 4;
  settings.max_epochs = 3;
  return settings;
}

template <class... Plugins>
Census census(Engine<Plugins...>& engine) {
  std::int64_t sums[] = {0, 0, Pointing::deaths};
  for (const auto& scheduler : engine.rank().schedulers())
    for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row) {
      ++sums[0];
      sums[1] += static_cast<const Pointing*>(scheduler->arena().head(row).state())->arrivals;
    }
  engine.rank().world().sum(sums);
  return {sums[0], sums[1], sums[2]};
}

const auto every_fourth_is_mortal = [](Setup& setup) {
  setup.populate<Pointing>(
      actors, [](std::uint64_t i, const Population&) { return Pointing{.number = i, .mortal = i % 4 == 0}; });
};

TEST_CASE("an actor that dies in on_migrate is dead, and no other is") {
  for (const bool strict : {false, true}) {
    Pointing::deaths = 0;
    Engine<March> engine{MPI_COMM_WORLD, ActorTypes<Pointing>::bind(), settings_with(2, strict), March{}};
    CHECK(engine.run(every_fourth_is_mortal) == End::epochs);
    const Census after = census(engine);
    CHECK(after.alive == 30);
    CHECK(after.deaths == 10);
    CHECK(after.arrivals == 3 * 30);
  }
}

TEST_CASE("a resumed run calls on_migrate once for every actor, on as many schedulers and on others") {
  const ScratchFolder scratch;
  for (const bool strict : {false, true}) {
    const auto folder = scratch / (strict ? "strict" : "relaxed");
    Checkpoints checkpoints{{.every = 2, .keep = 10}, folder, {}, [](const std::string& what) { FAIL(what); }};
    {
      Pointing::deaths = 0;
      Engine<> engine{MPI_COMM_WORLD, ActorTypes<Pointing>::bind(), settings_with(2, strict)};
      engine.set_checkpoints(checkpoints);
      engine.run(every_fourth_is_mortal);
      CHECK(census(engine).alive == actors);
    }
    for (const SchedulerId schedulers : {2u, 1u, 3u}) {
      CAPTURE(schedulers);
      Pointing::deaths = 0;
      Engine<> engine{MPI_COMM_WORLD, ActorTypes<Pointing>::bind(), settings_with(schedulers, strict)};
      CHECK(engine.resume(CheckpointFile{engine.rank().world(), CheckpointFolder{folder}.files().back()}) ==
            End::epochs);
      const Census after = census(engine);
      CHECK(after.alive == 30);
      CHECK(after.deaths == 10);
      CHECK(after.arrivals == 30);
    }
  }
}

}  // namespace
