// An exception on one rank only, from each hook in turn: all ranks end with the same Error, and a run after it works.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>

#include "engine/io/scratch_folder.hpp"

namespace {

using namespace circo;
using namespace circo::test;
namespace fs = std::filesystem;

/// Which hook throws, and on which rank.
struct Plan {
  std::string hook;
  int rank = 0;
};
Plan plan;

struct Step {
  int left;
};

/// Keeps itself busy; makes a child in each superstep that dies and then gets a letter.
struct Child {
  using Receives = Messages<Step>;
  void on(const Step& step, Context& ctx) {
    if (step.left == 0) ctx.die();
  }
};
struct Worker {
  using Receives = Messages<Step>;
  Addr child{};
  void on(const Step& step, Context& ctx) {
    if (child) ctx.send(child, Step{0});
    if (child) ctx.send(child, Step{0});
    child = ctx.spawn<Child>();
    if (step.left != 0) ctx.send(ctx.self(), Step{step.left - 1});
  }
};

constexpr SchedulerId per_rank = 2;

/// Has every hook; the planned one throws on the planned rank.
struct Thrower {
  bool running = false;

  static void reached(const char* hook, int rank) {
    if (plan.hook == hook && plan.rank == rank) throw std::runtime_error(std::string{"thrown in "} + hook);
  }
  static void reached(const char* hook, const Rank& rank) { reached(hook, rank.world().rank()); }
  static void reached(const char* hook, const Scheduler& at) { reached(hook, static_cast<int>(at.id() / per_rank)); }

  void on_setup(Rank& rank) { reached("on_setup", rank); }
  void on_start(Rank& rank) { reached("on_start", rank); }
  void spawn_position(Scheduler& at, Addr, Position&) { reached("spawn_position", at); }
  void on_spawn(Scheduler& at, ActorHead&) { reached("on_spawn", at); }
  void on_send(Scheduler& at, Envelope&) { reached("on_send", at); }
  void on_deliver(Scheduler& at, const Envelope&, ActorHead&) { reached("on_deliver", at); }
  void on_dead_letter(Scheduler& at, const Envelope&) { reached("on_dead_letter", at); }
  void on_death(Scheduler& at, ActorHead&) { reached("on_death", at); }
  void on_superstep(Rank& rank) { reached("on_superstep", rank); }
  void on_epoch(Rank& rank, Epoch& epoch) {
    reached("on_epoch", rank);
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % rank.layout().schedulers());
    epoch.migrate(targets);
  }
  void on_migrate_out(Scheduler& from, std::uint32_t, Bytes&) { reached("on_migrate_out", from); }
  void on_migrate_in(Scheduler& to, std::uint32_t, ByteReader&) { reached("on_migrate_in", to); }
  bool on_idle(Rank& rank) {
    reached("on_idle", rank);
    return false;
  }
  void on_stop(Rank& rank) { reached("on_stop", rank); }
  void on_checkpoint(Rank& rank, Bytes&) { reached("on_checkpoint of the rank", rank); }
  void on_checkpoint(Scheduler& at, StateWriter&) { reached("on_checkpoint of a scheduler", at); }
  void on_resume(Rank& rank, ByteReader&) { reached("on_resume of the rank", rank); }
  void on_resume(Scheduler& at, StateReader&) { reached("on_resume of a scheduler", at); }
};

/// A plugin that comes after it, whose collective hooks a rank alone would wait in.
struct Follower {
  static void meet(const Rank& rank) { rank.world().sum(std::int64_t{1}); }
  void on_setup(Rank& rank) { meet(rank); }
  void on_start(Rank& rank) { meet(rank); }
  void on_epoch(Rank& rank, Epoch&) { meet(rank); }
  bool on_idle(Rank& rank) {
    meet(rank);
    return false;
  }
  void on_stop(Rank& rank) { meet(rank); }
  void on_checkpoint(Rank& rank, Bytes&) { meet(rank); }
  void on_resume(Rank& rank, ByteReader&) { meet(rank); }
};

struct Case {
  bool strict = false;
  int staleness = 0;
};

/// *Collective.* What the run says when it fails; else what its checkpoints have told, or nothing.
std::string failure_of(const Case& is, const fs::path& folder, const fs::path& from = {}) {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = per_rank;
  settings.rank.threads = 2;
  settings.rank.strict = is.strict;
  settings.staleness = is.staleness;
  settings.superstep_budget = 5;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 3;
  std::string told;
  try {
    const Dispatch dispatch = ActorTypes<Worker, Child>::bind();
    Engine<Thrower, Follower> engine{MPI_COMM_WORLD, dispatch, settings, {}, {}};
    Checkpoints checkpoints{{.every = 1}, folder, {}, [&](const std::string& what) { told = what; }};
    engine.set_checkpoints(checkpoints);
    if (from.empty()) {
      engine.run([](Setup& setup) {
        const auto all = setup.populate<Worker>(4 * setup.schedulers(), [](auto, const auto&) { return Worker{}; });
        for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Step{12});
      });
    } else {
      engine.resume(CheckpointFile{engine.rank().world(), from});
    }
  } catch (const Error& error) {
    return error.what();
  }
  return told;
}

/// *Collective.* Whether all ranks say the same.
bool same_everywhere(const Communicator& world, const std::string& text) {
  const auto all = world.gather_all(std::as_bytes(std::span{text}));
  const std::string texts(reinterpret_cast<const char*>(all.data()), all.size());
  std::string expected;
  for (int rank = 0; rank < world.size(); ++rank) expected += text;
  return texts == expected;
}

TEST_CASE("what a hook throws on one rank ends all with one message that says where") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const ScratchFolder scratch;
  const Case cases[] = {{true, 0}, {false, 0}, {false, 2}};
  plan = {};
  for (const Case& is : cases) REQUIRE(failure_of(is, scratch / "whole").empty());
  const auto files = CheckpointFolder{scratch / "whole"}.files();
  REQUIRE_FALSE(files.empty());
  for (const char* hook :
       {"on_setup", "on_start", "spawn_position", "on_spawn", "on_send", "on_deliver", "on_dead_letter", "on_death",
        "on_superstep", "on_epoch", "on_migrate_out", "on_migrate_in", "on_idle", "on_stop",
        "on_checkpoint of the rank", "on_checkpoint of a scheduler", "on_resume of the rank",
        "on_resume of a scheduler"}) {
    CAPTURE(hook);
    const bool resumes = std::string_view{hook}.starts_with("on_resume");
    for (const Case& is : cases) {
      CAPTURE(is.strict);
      CAPTURE(is.staleness);
      plan = {hook, world.size() - 1};
      const std::string failure = failure_of(is, scratch / "failed", resumes ? files.front() : fs::path{});
      CAPTURE(failure);
      CHECK(failure.find(std::string{"thrown in "} + hook) != std::string::npos);
      CHECK((world.size() == 1 || failure.find("rank " + std::to_string(world.size() - 1)) != std::string::npos));
      CHECK(same_everywhere(world, failure));
    }
  }
  plan = {};
  CHECK(failure_of(cases[2], scratch / "after").empty());
}

/// Wants to go on, on one rank only, a few times.
struct Eager {
  int rounds = 0;
  bool on_idle(Rank& rank) { return ++rounds < 4 && rank.world().rank() == rank.world().size() - 1; }
};

TEST_CASE("on_idle on one rank has all go on") {
  for (const bool strict : {false, true}) {
    EngineSettings settings;
    settings.rank.strict = strict;
    const Dispatch dispatch = ActorTypes<Worker, Child>::bind();
    Engine<Eager> engine{MPI_COMM_WORLD, dispatch, settings, Eager{}};
    CHECK(engine.run([](Setup& setup) { setup.spawn<Worker>(); }) == End::quiescent);
    CHECK(engine.plugin<Eager>().rounds == 4);
  }
}

}  // namespace
