// A run that goes on from a checkpoint is the run that it was: actors that spawn, die and send at random, with heap
// state and trailing arrays, are all moved at random in every epoch, before and after.

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/io/scratch_folder.hpp"
#include "engine/run/stress.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;
using namespace circo::test;
namespace fs = std::filesystem;

constexpr StressModel model{100, 200, 45};

EngineSettings settings_with(SchedulerId schedulers, bool strict, std::uint64_t seed) {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = schedulers;
  settings.rank.strict = strict;
  settings.rank.seed = seed;
  settings.rank.infoton_every = 3;
  settings.superstep_budget = 50;
  settings.epoch_supersteps = 2;
  return settings;
}

/// *Collective.* Runs it, or goes on with it from a file, and writes a checkpoint an epoch to `folder`.
Outcome run(const EngineSettings& settings, const fs::path& folder, const fs::path& from = {}) {
  const Dispatch dispatch = ActorTypes<Wanderer>::bind();
  Engine<Shuffle> engine{MPI_COMM_WORLD, dispatch, settings, Shuffle{}};
  CheckpointHead head;
  head.config = "seed = 1\n";
  Checkpoints checkpoints{{.every = 1, .keep = 1000}, folder, head, [](const std::string& what) { FAIL(what); }};
  engine.set_checkpoints(checkpoints);
  const End end = from.empty() ? engine.run(model) : engine.resume(CheckpointFile{engine.rank().world(), from});
  return outcome_of(engine, end);
}

/// *Collective.* Some of a folder's checkpoints: of its beginning, middle and end.
std::vector<fs::path> some_of(const fs::path& folder) {
  const auto all = CheckpointFolder{folder}.files();
  REQUIRE(all.size() > 3);
  return {all.back(), all[all.size() / 2], all.front()};
}

TEST_CASE(
    "in strict mode a run that is resumed ends as one that was never interrupted, and as one without checkpoints") {
  const ScratchFolder scratch;
  for (const SchedulerId schedulers : {1u, 3u}) {
    EngineSettings settings = settings_with(schedulers, true, test_seed());
    const auto bare = stress(settings, model.actors, model.tokens, model.hops);
    const auto folder = scratch / std::to_string(schedulers);
    const auto whole = run(settings, folder);
    CHECK(whole.fingerprint == bare.fingerprint);
    CHECK(whole.counts.died > 0);
    settings.rank.topology = TopologyKind::grid;
    settings.rank.threads = static_cast<int>(schedulers);
    for (const auto& file : some_of(folder)) {
      CAPTURE(file);
      CHECK(run(settings, folder / "resumed", file).fingerprint == whole.fingerprint);
    }
  }
}

TEST_CASE("with another number of schedulers nothing is lost, doubled or reordered, again and again") {
  const ScratchFolder scratch;
  const std::uint64_t seed = test_seed();
  for (const bool strict : {false, true}) {
    auto folder = scratch / (strict ? "strict" : "relaxed");
    run(settings_with(2, strict, seed), folder);
    // Fewer, so that homes are kept elsewhere; more, so that they come back; the same; more than ever.
    for (const SchedulerId schedulers : {1u, 3u, 3u, 2u, 5u}) {
      CAPTURE(schedulers);
      const auto files = some_of(folder);
      for (const auto& file : {files[1], files[2]})
        run(settings_with(schedulers, strict, seed), folder / "later", file);
      folder = folder / std::to_string(schedulers);
      run(settings_with(schedulers, strict, seed), folder, files[0]);
    }
  }
}

}  // namespace
