#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/io/scratch_folder.hpp"
#include <circo/run/engine.hpp>

namespace {

using namespace circo;

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
  std::ifstream file{settings.trace};
  const auto events = nlohmann::json::parse(file).at("traceEvents");
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
