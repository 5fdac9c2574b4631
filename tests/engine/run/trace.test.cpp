#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/io/scratch_folder.hpp"
#include <circo/run/engine.hpp>

namespace {

using namespace circo;

/// Keeps one rank from its exchange for a while, so that the others see that exchange late.
struct Latecomer {
  void on_superstep(Rank& rank) {
    if (++supersteps == 5 && rank.world().rank() == rank.world().size() - 1)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  int supersteps = 0;
};

struct Ball {
  std::uint64_t left;
};
struct Player {
  using Receives = Messages<Ball>;
  Addr partner;
  void on(const Ball& ball, Context& ctx) {
    if (ball.left > 1) ctx.send(partner, Ball{ball.left - 1});
  }
};

nlohmann::json events_of(const std::filesystem::path& trace) {
  std::ifstream file{trace};
  return nlohmann::json::parse(file).at("traceEvents");
}

/// Drains that a rank made from beginning to end while an exchange of its was under way.
int drains_beside_exchanges(const std::filesystem::path& trace) {
  const auto events = events_of(trace);
  auto is = [](const auto& event, const char* name) { return event.at("ph") == "X" && event.at("name") == name; };
  auto end = [](const auto& event) {
    return event.at("ts").template get<double>() + event.at("dur").template get<double>();
  };
  int drains = 0;
  for (const auto& exchange : events) {
    if (!is(exchange, "exchange under way")) continue;
    for (const auto& drain : events)
      drains += is(drain, "drain") && drain.at("pid") == exchange.at("pid") && drain.at("ts") > exchange.at("ts") &&
                end(drain) < end(exchange);
  }
  return drains;
}

/// Balls that go to and fro on each scheduler, four times as many as a superstep's budget, and some between schedulers.
/// One rank is late once.
int play(int staleness) {
  const ScratchFolder folder;
  EngineSettings settings;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 0;
  settings.start = Start::block;
  settings.superstep_budget = 50;
  settings.staleness = staleness;
  settings.trace = folder / "trace.json";
  const auto ranks = static_cast<std::uint64_t>(folder.comm().size());
  const std::uint64_t n = 400 * ranks;
  const Dispatch dispatch = ActorTypes<Player>::bind();
  Engine<Latecomer> engine{MPI_COMM_WORLD, dispatch, settings, Latecomer{}};
  engine.run([&](Setup& setup) {
    const Population all = setup.populate<Player>(n, [&](std::uint64_t i, const Population& players) {
      return Player{players[i % 10 == 0 ? (i + n / ranks) % n : i ^ 1]};
    });
    for (std::uint64_t i = 0; i < n; ++i)
      if (i % 2 == 0) setup.send(all[i], Ball{30});
  });
  return folder.comm().rank() == 0 ? drains_beside_exchanges(settings.trace) : 0;
}

TEST_CASE("a timeline has the phases of every rank, in order and without overlap, and the exchanges beside them") {
  const ScratchFolder folder;
  EngineSettings settings;
  settings.epoch_supersteps = 10;
  settings.trace = folder / "trace.json";
  const Dispatch dispatch = ActorTypes<Player>::bind();
  Engine<> engine{MPI_COMM_WORLD, dispatch, settings};
  engine.run([](Setup& setup) {
    const Population all =
        setup.populate<Player>(8, [](std::uint64_t i, const Population& players) { return Player{players[7 - i]}; });
    setup.send(all[0], Ball{100});
  });
  if (folder.comm().rank() != 0) return;
  const auto events = events_of(settings.trace);
  std::vector<double> end_of(static_cast<std::size_t>(folder.comm().size()), 0);
  std::vector<std::set<std::string>> names(end_of.size());
  for (const auto& event : events) {
    const auto rank = event.at("pid").get<std::size_t>();
    REQUIRE(rank < end_of.size());
    if (event.at("ph") != "X") continue;
    names[rank].insert(event.at("name").get<std::string>());
    CHECK(event.at("dur").get<double>() >= 0);
    if (event.at("tid") != 0) continue;
    CHECK(event.at("ts").get<double>() >= end_of[rank] - 0.002);  // rounded to a nanosecond
    end_of[rank] = event.at("ts").get<double>() + event.at("dur").get<double>();
  }
  for (const auto& mine : names)
    for (const char* phase : {"drain", "collect and start exchange", "take in", "epoch", "exchange under way"})
      CHECK(mine.contains(phase));
}

TEST_CASE("exchanges are under way while ranks drain more mail than a superstep's budget, unless staleness is 0") {
  const int with = play(1), without = play(0);
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  if (world.rank() != 0) return;
  CHECK(without == 0);
  if (world.size() == 1) return;  // there an exchange ends when it begins
  MESSAGE(with << " drains beside an exchange");
  CHECK(with > 0);
}

TEST_CASE("without a file there is no timeline") {
  const Dispatch dispatch = ActorTypes<Player>::bind();
  Engine<> engine{MPI_COMM_WORLD, dispatch, {}};
  CHECK(engine.run([](Setup&) {}) == End::quiescent);
}

TEST_CASE("a timeline that cannot be written is an error on every rank") {
  EngineSettings settings;
  settings.trace = "/no-such-folder/trace.json";
  const Dispatch dispatch = ActorTypes<Player>::bind();
  Engine<> engine{MPI_COMM_WORLD, dispatch, settings};
  CHECK_THROWS_AS(engine.run([](Setup&) {}), Error);
}

}  // namespace
