#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>

namespace {

using namespace circo;

struct Step {
  std::uint32_t left;
};
struct Farewell {};

/// Sends itself a message with one less; then spawns a heir, writes to it, and dies.
struct Walker {
  using Receives = Messages<Step, Farewell>;
  void on(const Step& step, Context& ctx) {
    if (step.left > 0) return ctx.send(ctx.self(), Step{step.left - 1});
    ctx.send(ctx.spawn<Walker>(), Farewell{});
    ctx.send(ctx.self(), Farewell{});
    ctx.die();
  }
  void on(const Farewell&, Context&) {}
};

struct Mayfly {
  using Receives = Messages<Step>;
  void on(const Step&, Context&) {}
  void on_spawn(Context& ctx) { ctx.die(); }
};

std::vector<std::string> calls;

/// Has every hook, and says so.
template <int number>
struct Recorder {
  void note(const std::string& hook) { calls.push_back(hook + std::to_string(number)); }
  void on_setup(Rank& rank) {
    note("setup");
    CHECK(rank.local_actors() == 0);
  }
  void on_start(Rank& rank) {
    note("start");
    CHECK(rank.local_actors() > 0);
  }
  void spawn_position(Scheduler&, Addr, Position& position) {
    note("position");
    position = {number, 0, 0};
  }
  void on_spawn(Scheduler& at, ActorHead& actor) {
    note("spawn");
    CHECK(at.arena().positions()[actor.row].x == 2);  // the last plugin's word
  }
  void on_send(Scheduler&, Envelope& record) {
    note("send");
    CHECK(record.to);
  }
  void on_deliver(Scheduler& at, const Envelope& record, ActorHead& actor) {
    note("deliver");
    CHECK(record.to == actor.addr);
    CHECK(at.directory().find(actor.addr).is_here());
  }
  void on_dead_letter(Scheduler& at, const Envelope& record) {
    note("dead_letter");
    CHECK(at.directory().find(record.to).is_nowhere());
  }
  void on_death(Scheduler& at, ActorHead& actor) {
    note("death");
    CHECK(at.directory().find(actor.addr).is_here());
  }
  void on_superstep(Rank&) { note("superstep"); }
  void on_epoch(Rank&, Epoch&) { note("epoch"); }
  bool on_idle(Rank&) {
    note("idle");
    return false;
  }
  void on_stop(Rank&) { note("stop"); }
};

struct Nothing {};

EngineSettings one_epoch() {
  EngineSettings settings;
  settings.epoch_messages_per_actor = 0;
  return settings;
}

void walk(Setup& setup) {
  const auto all = setup.populate<Walker>(setup.schedulers(), [](auto, const auto&) { return Walker{}; });
  for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Step{3});
}

TEST_CASE("every hook is called, plugin after plugin, in the order of the loop") {
  calls.clear();
  Engine<Recorder<1>, Nothing, Recorder<2>> engine{
      MPI_COMM_WORLD, ActorTypes<Walker, Mayfly>::bind(), one_epoch(), {}, {}, {}};
  CHECK(engine.run(walk) == End::quiescent);
  std::map<std::string, int> counts;
  for (const auto& call : calls) ++counts[call];
  for (const char* hook : {"setup", "start", "position", "spawn", "send", "deliver", "dead_letter", "death",
                           "superstep", "epoch", "idle", "stop"}) {
    CAPTURE(hook);
    CHECK(counts[std::string{hook} + "1"] > 0);
    CHECK(counts[std::string{hook} + "1"] == counts[std::string{hook} + "2"]);
  }
  // Whatever the first plugin is called for, the second one is called for next.
  for (std::size_t i = 0; i < calls.size(); i += 2) {
    CHECK(calls[i].back() == '1');
    CHECK(calls[i + 1] == calls[i].substr(0, calls[i].size() - 1) + "2");
  }
  CHECK(calls.front() == "setup1");
  CHECK(calls.back() == "stop2");
  const auto at = [](const char* call) { return std::ranges::find(calls, call) - calls.begin(); };
  CHECK(at("setup1") < at("position1"));
  CHECK(at("position1") < at("spawn1"));
  CHECK(at("spawn1") < at("start1"));
  CHECK(at("start1") < at("deliver1"));
  CHECK(at("deliver1") < at("superstep1"));
  CHECK(at("idle1") < at("epoch1"));
  CHECK(at("epoch1") < at("stop1"));
  CHECK(counts["deliver1"] == 5);
  CHECK(counts["send1"] == 6);
  CHECK(counts["dead_letter1"] == 1);
  CHECK(counts["death1"] == 1);
  CHECK(counts["spawn1"] == 2);
  CHECK(counts["epoch1"] == 1);
}

TEST_CASE("hooks that no plugin has are not there") {
  Engine<Nothing> engine{MPI_COMM_WORLD, ActorTypes<Walker>::bind(), one_epoch(), Nothing{}};
  const SendHooks& hooks = engine.rank().schedulers()[0]->send_hooks();
  CHECK((hooks.on_send == nullptr));
  CHECK((hooks.on_spawn == nullptr));
  CHECK((hooks.spawn_position == nullptr));
  std::tuple<Nothing> nothing;
  CHECK((hooks::migration_hooks(nothing).out == nullptr));
  CHECK((hooks::migration_hooks(nothing).in == nullptr));
  CHECK_FALSE(hooks::on_idle(nothing, engine.rank()));
  CHECK(engine.run(walk) == End::quiescent);
}

TEST_CASE("the death of an actor in its on_spawn is told too") {
  struct Deaths {
    int spawns = 0, deaths = 0;
    void on_spawn(Scheduler&, ActorHead&) { ++spawns; }
    void on_death(Scheduler& at, ActorHead& actor) {
      ++deaths;
      CHECK(at.arena().addr(actor.row) == actor.addr);
    }
  };
  Engine<Deaths> engine{MPI_COMM_WORLD, ActorTypes<Walker, Mayfly>::bind(), one_epoch(), Deaths{}};
  engine.run(
      [](Setup& setup) { setup.populate<Mayfly>(setup.schedulers(), [](auto, const auto&) { return Mayfly{}; }); });
  CHECK(engine.plugin<Deaths>().spawns == 1);
  CHECK(engine.plugin<Deaths>().deaths == 1);
  CHECK(engine.rank().local_actors() == 0);
}

/// Starts the walk again a few times when nothing is left to do.
struct Injector {
  int rounds = 0;
  bool on_idle(Rank& rank) {
    if (rounds == 5) return false;
    ++rounds;
    // One message from outside to each scheduler's first actor, from the scheduler before it.
    for (const auto& scheduler : rank.schedulers())
      Context{*scheduler}.send(Addr{(scheduler->id() + 1) % rank.layout().schedulers(), 0, 1}, Farewell{});
    return true;
  }
};

TEST_CASE("on_idle can bring new work, as often as it likes") {
  for (const bool strict : {false, true})
    for (const int staleness : {0, 1, 3}) {
      EngineSettings settings = one_epoch();
      settings.rank.strict = strict;
      settings.rank.schedulers_per_rank = 2;
      settings.staleness = staleness;
      Engine<Injector> engine{MPI_COMM_WORLD, ActorTypes<Walker>::bind(), settings, Injector{}};
      const End end = engine.run(
          [](Setup& setup) { setup.populate<Walker>(setup.schedulers(), [](auto, const auto&) { return Walker{}; }); });
      CHECK(end == End::quiescent);
      CHECK(engine.plugin<Injector>().rounds == 5);
      for (const auto& scheduler : engine.rank().schedulers()) CHECK(scheduler->counts().delivered == 5);
    }
}

/// Moves everybody to the next scheduler at each epoch and keeps a note about each, which must move along.
struct Carrier {
  std::map<std::uint64_t, std::uint64_t> notes;  // by address; of this rank (one thread)
  int out = 0, in = 0;
  void on_spawn(Scheduler&, ActorHead& actor) { notes[actor.addr.bits()] = 0; }
  void on_deliver(Scheduler&, const Envelope&, ActorHead& actor) {
    REQUIRE(notes.contains(actor.addr.bits()));
    ++notes[actor.addr.bits()];
  }
  void on_epoch(Rank& rank, Epoch& epoch) {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % rank.layout().schedulers());
    epoch.migrate(targets);
  }
  void on_migrate_out(Scheduler& from, std::uint32_t row, Bytes& data) {
    ++out;
    const auto note = notes.extract(from.arena().addr(row).bits());
    append(data, note.mapped());
  }
  void on_migrate_in(Scheduler& to, std::uint32_t row, ByteReader& data) {
    ++in;
    notes[to.arena().addr(row).bits()] = data.get<std::uint64_t>();
  }
};

TEST_CASE("what a plugin keeps of an actor goes along when it moves") {
  EngineSettings settings = one_epoch();
  settings.rank.schedulers_per_rank = 3;
  settings.superstep_budget = 1;
  settings.epoch_supersteps = 2;
  Engine<Carrier> engine{MPI_COMM_WORLD, ActorTypes<Walker>::bind(), settings, Carrier{}};
  engine.run([](Setup& setup) {
    const auto all = setup.populate<Walker>(setup.schedulers(), [](auto, const auto&) { return Walker{}; });
    for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Step{20});
  });
  const Carrier& carrier = engine.plugin<Carrier>();
  CHECK(carrier.out > 0);
  CHECK(carrier.out == carrier.in);
  for (const auto& scheduler : engine.rank().schedulers())
    for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row)
      CHECK(carrier.notes.at(scheduler->arena().addr(row).bits()) == 1);  // the heirs: a farewell
}

}  // namespace
