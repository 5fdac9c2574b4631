// Whatever throws wherever, on one rank only: all ranks end with the same error, and can run again in the same process.

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <doctest/doctest.h>

#include "engine/io/scratch_folder.hpp"
#include <circo/io/checkpoint_folder.hpp>
#include <circo/run/engine.hpp>

namespace {

using namespace circo;

enum class Thrown { runtime, number, memory };

/// Where the last rank throws, once, and what.
struct Bomb {
  std::string place;
  Thrown what = Thrown::runtime;
  bool armed = false;
};
Bomb bomb;

bool on_last_rank() {
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return rank == size - 1;
}

void pass(const char* place) {
  if (!bomb.armed || bomb.place != place || !on_last_rank()) return;
  bomb.armed = false;
  if (bomb.what == Thrown::runtime) throw std::runtime_error("the bomb went off");
  if (bomb.what == Thrown::number) throw 5;
  throw std::bad_alloc();
}

struct Tick {
  std::uint32_t left;
};

/// Ticks; spawns, and dies with its last tick; writes to the dead.
struct Actor {
  using Receives = Messages<Tick>;
  std::string value = "as no bytes";

  void on_spawn(Context&) { pass("Actor::on_spawn"); }
  void on_death(Context&) { pass("Actor::on_death"); }
  void on_migrate(Context&) { pass("Actor::on_migrate"); }
  double load() const {
    pass("Actor::load");
    return 1;
  }
  void on(const Tick& tick, Context& ctx) {
    pass("Actor::on");
    if (tick.left > 0) return ctx.wake(Tick{tick.left - 1});
    ctx.spawn<Actor>();
    ctx.send(ctx.self(), Tick{0});
    ctx.die();
  }
  template <class Archive>
  void save(Archive& archive) const {
    pass("Actor::save");
    archive(value);
  }
  template <class Archive>
  // cereal calls it; the engine calls load().
  void load(Archive& archive) {
    pass("Actor::load(archive)");
    archive(value);
  }
};

struct Plugin {
  int idle = 0;
  void on_setup(Rank&) { pass("on_setup"); }
  void on_start(Rank&) { pass("on_start"); }
  void spawn_position(Scheduler&, Addr, Position&) { pass("spawn_position"); }
  void on_spawn(Scheduler&, ActorHead&) { pass("on_spawn"); }
  void on_send(Scheduler&, Envelope&) { pass("on_send"); }
  void on_deliver(Scheduler&, const Envelope&, ActorHead&) { pass("on_deliver"); }
  void on_dead_letter(Scheduler&, const Envelope&) { pass("on_dead_letter"); }
  void on_death(Scheduler&, ActorHead&) { pass("on_death"); }
  void on_superstep(Rank&) { pass("on_superstep"); }
  void on_epoch(Rank& rank, Epoch& epoch) {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % rank.layout().schedulers());
    epoch.migrate(targets);
    pass("on_epoch");
  }
  void on_migrate_out(Scheduler&, std::uint32_t, Bytes& out) {
    pass("on_migrate_out");
    append(out, 7);
  }
  void on_migrate_in(Scheduler&, std::uint32_t, ByteReader& in) {
    pass("on_migrate_in");
    in.get<int>();
  }
  bool on_idle(Rank&) {
    pass("on_idle");
    return false;
  }
  void on_stop(Rank&) { pass("on_stop"); }
  void on_checkpoint(Rank&, Bytes& out) {
    pass("on_checkpoint(Rank)");
    append(out, 8);
  }
  void on_checkpoint(Scheduler&, StateWriter& out) {
    pass("on_checkpoint(Scheduler)");
    out.put(9);
  }
  void on_resume(Scheduler&, StateReader& in) {
    pass("on_resume(Scheduler)");
    in.get<int>();
  }
  void on_resume(Rank&, ByteReader& in) {
    pass("on_resume(Rank)");
    in.get<int>();
  }
};

/// Sees what comes after a plugin that has thrown.
struct After {
  void on_setup(Rank& rank) { rank.world().sum(std::int64_t{1}); }
  void on_start(Rank& rank) { rank.world().sum(std::int64_t{1}); }
  void on_epoch(Rank& rank, Epoch&) { rank.world().sum(std::int64_t{1}); }
  void on_stop(Rank& rank) { rank.world().sum(std::int64_t{1}); }
  void on_checkpoint(Rank& rank, Bytes&) { rank.world().sum(std::int64_t{1}); }
  void on_resume(Rank& rank, ByteReader&) { rank.world().sum(std::int64_t{1}); }
};

struct Outcome {
  std::string error;  // of the run; else what was told of a checkpoint
  bool operator==(const Outcome&) const = default;
};

/// *Collective.*
Outcome run(bool strict, const std::filesystem::path& folder, bool resume) {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = 2;
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  settings.rank.threads = ranks == 1 ? 2 : 1;  // more of them would wait for each other's cores
  settings.rank.strict = strict;
  settings.rank.infoton_every = 2;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 4;
  Outcome outcome;
  Engine<Plugin, After> engine{MPI_COMM_WORLD, ActorTypes<Actor>::bind(), settings, Plugin{}, After{}};
  Checkpoints checkpoints{
      {.every = 1, .keep = 100}, folder, {}, [&](const std::string& what) { outcome.error = what; }};
  engine.set_checkpoints(checkpoints);
  try {
    if (resume) {
      engine.resume(CheckpointFile{engine.rank().world(), CheckpointFolder{folder}.files().back()});
    } else {
      engine.run([](Setup& setup) {
        const auto all = setup.populate<Actor>(20, [](std::uint64_t, const Population&) { return Actor{}; });
        for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Tick{10});
        pass("Model::setup");
      });
    }
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  return outcome;
}

/// *Collective.*
void expect_one_error(const std::string& place, Thrown what, bool strict, bool resume) {
  CAPTURE(place);
  CAPTURE(strict);
  const ScratchFolder scratch;
  bomb = {};
  CHECK(run(strict, scratch / "checkpoint", false).error.empty());
  bomb = {place, what, true};
  const Outcome outcome = run(strict, scratch / (resume ? "checkpoint" : "other"), resume);
  const char* text = what == Thrown::runtime  ? "the bomb went off"
                     : what == Thrown::number ? "an exception that is not a std::exception"
                                              : "out of memory";
  CHECK_MESSAGE(outcome.error.find(text) != std::string::npos, outcome.error);
  CHECK(outcome.error.find('\n') == std::string::npos);
  if (on_last_rank()) CHECK_MESSAGE(!bomb.armed, "nothing has thrown");

  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  CHECK(outcome.error == world.broadcast(outcome.error, 0));
  if (world.size() > 1) CHECK(outcome.error.find("rank " + std::to_string(world.size() - 1)) != std::string::npos);
}

const std::vector<std::string> places{
    "on_setup",          "on_start",    "spawn_position",      "on_spawn",
    "on_send",           "on_deliver",  "on_dead_letter",      "on_death",
    "on_superstep",      "on_epoch",    "on_migrate_out",      "on_migrate_in",
    "on_idle",           "on_stop",     "on_checkpoint(Rank)", "on_checkpoint(Scheduler)",
    "Model::setup",      "Actor::on",   "Actor::on_spawn",     "Actor::on_death",
    "Actor::on_migrate", "Actor::load", "Actor::save",         "Actor::load(archive)"};
const std::vector<std::string> places_of_resume{"on_setup",
                                                "on_start",
                                                "on_migrate_in",
                                                "on_resume(Rank)",
                                                "on_resume(Scheduler)",
                                                "Actor::on_migrate",
                                                "Actor::load(archive)"};

TEST_CASE("what one rank throws, at any hook or callback, is one error on all ranks") {
  int turn = 0;  // each place in both modes, with what it throws in turn
  for (const bool strict : {false, true})
    for (const std::string& place : places) expect_one_error(place, static_cast<Thrown>(turn++ % 3), strict, false);
  for (const std::string& place : places_of_resume) {
    expect_one_error(place, static_cast<Thrown>(turn % 3), turn % 2 == 0, true);
    ++turn;
  }
}

struct Odd {
  int calls = 0;
  bool on_idle(Rank&) { return ++calls < 4 && on_last_rank(); }
};

TEST_CASE("on_idle that is true on one rank only has all ranks go on") {
  for (const bool strict : {false, true}) {
    EngineSettings settings;
    settings.rank.strict = strict;
    Engine<Odd> engine{MPI_COMM_WORLD, ActorTypes<Actor>::bind(), settings, Odd{}};
    CHECK(engine.run([](Setup& setup) { setup.spawn<Actor>(); }) == End::quiescent);
    CHECK(engine.plugin<Odd>().calls == 4);
  }
}

}  // namespace
