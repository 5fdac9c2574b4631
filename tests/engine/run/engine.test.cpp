#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>

namespace {

using namespace circo;

enum class Plan : std::uint32_t { for_ever, stop, fail, multiply, burden };

struct Ball {
  Plan plan;
  std::uint32_t hits = 0;
};

/// Hits the ball to its partner for ever; at the 30th hit does what the plan says.
struct Player {
  using Receives = Messages<Ball>;
  Addr partner;
  bool breaks_when_moved = false;

  void on(const Ball& ball, Context& ctx) {
    if (ball.hits == 30) {
      if (ball.plan == Plan::stop) ctx.stop("hits", std::int64_t{ball.hits});
      if (ball.plan == Plan::fail) throw std::runtime_error("the net is torn");
      if (ball.plan == Plan::burden) breaks_when_moved = true;
    }
    if (ball.plan == Plan::multiply) ctx.spawn<Player>();
    ctx.send(partner, Ball{ball.plan, ball.hits + 1});
  }
  void on_migrate(Context&) {
    if (breaks_when_moved) throw std::runtime_error("broke on the way");
  }
};

/// Pairs of players of which the partners are far apart.
struct Match {
  Plan plan = Plan::for_ever;
  void operator()(Setup& setup) const {
    const std::uint64_t pairs = setup.schedulers();
    const auto all = setup.populate<Player>(
        2 * pairs, [&](std::uint64_t i, const Population& p) { return Player{p[(i + pairs) % (2 * pairs)]}; });
    for (std::uint64_t i = 0; i < pairs; ++i) setup.send(all[i], Ball{i == pairs - 1 ? plan : Plan::for_ever});
  }
};

/// Remembers the epochs.
struct Chronicle {
  std::vector<Epoch> epochs;
  void on_epoch(Rank&, Epoch& epoch) { epochs.push_back(epoch); }
};

struct Shift {
  void on_epoch(Rank& rank, Epoch& epoch) {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % rank.layout().schedulers());
    epoch.migrate(targets);
  }
};

EngineSettings settings_of(bool strict, int staleness) {
  EngineSettings settings;
  settings.rank.strict = strict;
  settings.rank.schedulers_per_rank = 2;
  settings.staleness = staleness;
  settings.superstep_budget = 100;
  settings.epoch_messages_per_actor = 0;
  return settings;
}

/// Calls `check(settings)` in strict mode and in relaxed mode with several depths of the pipeline.
template <class Check>
void in_all_modes(Check&& check) {
  check(settings_of(true, 0));
  for (const int staleness : {0, 1, 3}) check(settings_of(false, staleness));
}

Dispatch dispatch() { return ActorTypes<Player>::bind(); }

TEST_CASE("a run ends after the given number of epochs; only the last one is called last") {
  in_all_modes([](EngineSettings settings) {
    settings.max_epochs = 4;
    settings.epoch_supersteps = 6;
    Engine<Chronicle> engine{MPI_COMM_WORLD, dispatch(), settings, Chronicle{}};
    CHECK(engine.run(Match{}) == End::epochs);
    const auto& epochs = engine.plugin<Chronicle>().epochs;
    REQUIRE(epochs.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(epochs[i].number == i + 1);
      CHECK(epochs[i].last == (i == 3));
      CHECK(epochs[i].complete);
      CHECK(epochs[i].actors == 2 * engine.rank().layout().schedulers());
      CHECK(epochs[i].messages > 0);
      CHECK(epochs[i].loads.size() == engine.rank().layout().schedulers());
      CHECK(epochs[i].imbalance >= 1);
    }
    CHECK(engine.superstep() == 24);
  });
}

TEST_CASE("a run ends after exactly the given number of supersteps") {
  in_all_modes([](EngineSettings settings) {
    for (const std::uint64_t supersteps : {1u, 2u, 3u, 10u}) {
      settings.max_supersteps = supersteps;
      Engine<> engine{MPI_COMM_WORLD, dispatch(), settings};
      CHECK(engine.run(Match{}) == End::supersteps);
      CHECK(engine.superstep() == supersteps);
    }
  });
}

TEST_CASE("a run ends after the given number of seconds") {
  in_all_modes([](EngineSettings settings) {
    settings.max_seconds = 0.2;
    Engine<> engine{MPI_COMM_WORLD, dispatch(), settings};
    const auto start = std::chrono::steady_clock::now();
    CHECK(engine.run(Match{}) == End::seconds);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (engine.rank().world().rank() == 0) CHECK(seconds.count() > 0.19);
  });
}

TEST_CASE("a run ends when an actor asks for it, and has the actor's result") {
  in_all_modes([](EngineSettings settings) {
    Engine<Chronicle> engine{MPI_COMM_WORLD, dispatch(), settings, Chronicle{}};
    CHECK(engine.run(Match{Plan::stop}) == End::stopped);
    std::int64_t reports = 0;
    for (const auto& scheduler : engine.rank().schedulers())
      for (const auto& [name, value, times] : scheduler->report()) {
        ++reports;
        CHECK(name == "hits");
        CHECK(value == Value{std::int64_t{30}});
      }
    CHECK(engine.rank().world().sum(reports) == 1);
    REQUIRE(engine.plugin<Chronicle>().epochs.size() == 1);
    CHECK(engine.plugin<Chronicle>().epochs[0].last);
    CHECK_FALSE(engine.plugin<Chronicle>().epochs[0].complete);
  });
}

TEST_CASE("an epoch closes when its actors have got enough messages in the mean") {
  in_all_modes([](EngineSettings settings) {
    settings.epoch_messages_per_actor = 20;
    settings.epoch_min_supersteps = 0;
    settings.epoch_supersteps = 0;
    settings.max_epochs = 3;
    Engine<Chronicle> engine{MPI_COMM_WORLD, dispatch(), settings, Chronicle{}};
    CHECK(engine.run(Match{}) == End::epochs);
    for (const Epoch& epoch : engine.plugin<Chronicle>().epochs) CHECK(epoch.messages >= 20 * epoch.actors);
  });
}

/// The texts of the errors that the ranks get, which must be the same; "" for no error.
template <class... Plugins>
std::string failure_of(const EngineSettings& settings, const Match& match, Plugins... plugins) {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  std::string text;
  try {
    Engine<Plugins...> engine{MPI_COMM_WORLD, dispatch(), settings, plugins...};
    engine.run(match);
  } catch (const Error& error) {
    text = error.what();
  }
  const auto all = world.gather_all(std::as_bytes(std::span{text}));
  CHECK(all.size() == text.size() * static_cast<std::size_t>(world.size()));
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(static_cast<char>(all[i]) == text[i % text.size()]);
  return text;
}

TEST_CASE("what a handler throws on one rank is thrown on all, with the same text") {
  in_all_modes([](const EngineSettings& settings) {
    const std::string text = failure_of(settings, Match{Plan::fail});
    CAPTURE(text);
    CHECK(text.find("on message Ball: the net is torn (scheduler ") != std::string::npos);
    CHECK(text.find("actor Player (address 0x") != std::string::npos);
  });
}

TEST_CASE("more actors than allowed end the run on all ranks") {
  in_all_modes([](EngineSettings settings) {
    settings.max_actors = 1000;
    settings.epoch_supersteps = 0;
    const std::string text = failure_of(settings, Match{Plan::multiply});
    CAPTURE(text);
    CHECK(text.find("--max-actors") != std::string::npos);
  });
}

TEST_CASE("what on_migrate throws on one rank is thrown on all") {
  in_all_modes([](EngineSettings settings) {
    settings.epoch_supersteps = 50;
    const std::string text = failure_of(settings, Match{Plan::burden}, Shift{});
    CAPTURE(text);
    CHECK(text.find("broke on the way") != std::string::npos);
  });
}

TEST_CASE("what setup throws at one scheduler is thrown on all ranks") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  Engine<> engine{MPI_COMM_WORLD, dispatch(), settings_of(false, 1)};
  const bool last = world.rank() == world.size() - 1;
  std::string text;
  try {
    engine.run([&](Setup&) {
      if (last) throw std::runtime_error("no players today");
    });
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text.find("no players today") != std::string::npos);
}

TEST_CASE("engines can follow one another in a process, also after one that failed") {
  for (int i = 0; i < 3; ++i) {
    CHECK(failure_of(settings_of(false, 2), Match{Plan::fail}) != "");
    Engine<> engine{MPI_COMM_WORLD, dispatch(), settings_of(false, 2)};
    CHECK(engine.run(Match{Plan::stop}) == End::stopped);
  }
}

struct Stranger {
  using Receives = Messages<>;
};

TEST_CASE("while an engine lives no other model is bound; afterwards it is") {
  {
    Engine<> engine{MPI_COMM_WORLD, dispatch(), {}};
    CHECK_THROWS_WITH_AS(ActorTypes<Stranger>::bind(), doctest::Contains("two models with different actor types"),
                         Error);
    Engine<> second{MPI_COMM_WORLD, dispatch(), {}};  // of the same model
  }
  const Dispatch stale = dispatch();
  Engine<> engine{MPI_COMM_WORLD, ActorTypes<Stranger>::bind(), {}};
  CHECK_THROWS_WITH_AS((Engine<>{MPI_COMM_WORLD, stale, {}}), doctest::Contains("another model has been bound"), Error);
}

}  // namespace
