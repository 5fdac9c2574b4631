#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>
#include <circo/run/model_epochs.hpp>

namespace {

using namespace circo;

struct Beat {};

/// Counts up by `step` in each superstep.
struct Counter {
  using Receives = Messages<Beat>;
  std::uint64_t number = 0;
  std::int64_t step = 1;
  std::int64_t sum = 0;

  void on_spawn(Context& ctx) { ctx.wake(Beat{}); }
  void on(const Beat&, Context& ctx) {
    sum += step;
    ctx.wake(Beat{});
  }
};

constexpr std::uint64_t counters = 50;
std::vector<std::int64_t> seen_in_epochs;  // counters that the model has seen at each epoch, over all ranks

/// Has its counters go in steps of 10 from the third epoch on.
struct Counting {
  using Actors = ActorTypes<Counter>;
  static constexpr std::string_view name = "counting", describe = "counters";

  void setup(Setup& setup) const {
    setup.populate<Counter>(counters, [](std::uint64_t i, const Population&) { return Counter{i}; });
  }
  void on_epoch(EpochEdit& edit) {
    std::int64_t sums[2] = {0, 0};
    edit.for_each<Counter>([&](SchedulerId scheduler, Addr, Counter& counter) {
      CHECK(scheduler == (counter.number + edit.epoch().number) % edit.schedulers());
      ++sums[0];
      sums[1] += counter.sum;
      if (edit.epoch().number == 2) counter.step = 10;
    });
    edit.world().sum(sums);
    seen_in_epochs.push_back(sums[0]);
    edit.report("total", static_cast<double>(sums[1]));
  }
};

/// Moves counter i to scheduler i + epoch.
struct March {
  void on_epoch(Rank& rank, Epoch& epoch) {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers()) targets.emplace_back(scheduler->arena().size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      Arena& arena = rank.schedulers()[i]->arena();
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        const auto& counter = *static_cast<const Counter*>(arena.head(row).state());
        targets[i][row] = static_cast<SchedulerId>((counter.number + epoch.number) % rank.layout().schedulers());
      }
    }
    epoch.migrate(targets);
  }
};

/// What comes after the model's hook sees what it reports.
struct Chronicle {
  std::vector<std::vector<std::pair<std::string, double>>> epochs;
  void on_epoch(Rank&, const Epoch& epoch) { epochs.push_back(epoch.of_model); }
};

TEST_CASE("at each epoch the model sees all its actors where they are now, and what it changes holds from then on") {
  for (const bool strict : {false, true}) {
    CAPTURE(strict);
    EngineSettings settings;
    settings.rank.schedulers_per_rank = 2;
    settings.rank.strict = strict;
    settings.epoch_messages_per_actor = 0;
    settings.epoch_supersteps = 5;
    settings.max_epochs = 4;
    seen_in_epochs.clear();
    ModelOf<Counting> model;
    Engine<March, ModelEpochs, Chronicle> engine{MPI_COMM_WORLD, model.bind(),       settings,
                                                 March{},        ModelEpochs{model}, Chronicle{}};
    CHECK(engine.run([&](Setup& setup) { model.setup(setup); }) == End::epochs);
    CHECK(seen_in_epochs == std::vector<std::int64_t>(4, counters));
    std::vector<double> totals;
    for (const auto& columns : engine.plugin<Chronicle>().epochs) {
      REQUIRE(columns.size() == 1);
      CHECK(columns[0].first == "total");
      totals.push_back(columns[0].second / counters);
    }
    CHECK(totals == std::vector<double>{5, 10, 60, 110});
  }
}

/// Reports columns that the test says.
struct Reporting {
  using Actors = ActorTypes<Counter>;
  static constexpr std::string_view name = "reporting", describe = "columns";
  static inline std::vector<std::vector<std::string>> columns;  // by epoch

  void setup(Setup& setup) const { setup.spawn<Counter>(); }
  void on_epoch(EpochEdit& edit) {
    const bool last = edit.world().rank() == edit.world().size() - 1;
    const auto& mine = columns[std::min<std::size_t>(edit.epoch().number, columns.size()) - 1];
    for (const std::string& column : last ? mine : columns[0]) edit.report(column, 1);
  }
};

std::string failure_of(std::vector<std::vector<std::string>> columns) {
  Reporting::columns = std::move(columns);
  EngineSettings settings;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 2;
  settings.max_epochs = 3;
  ModelOf<Reporting> model;
  Engine<ModelEpochs> engine{MPI_COMM_WORLD, model.bind(), settings, ModelEpochs{model}};
  try {
    engine.run([&](Setup& setup) { model.setup(setup); });
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("columns that would shift, double or break metrics.csv end the run on all ranks with a sentence") {
  const auto says = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(failure_of({{"mass", "energy_2"}}).empty());
  CHECK(failure_of({{}}).empty());
  CHECK(says(failure_of({{"a,b"}}), "reports a column 'a,b'; expected a name of letters, digits and _"));
  CHECK(says(failure_of({{""}}), "reports a column ''"));
  CHECK(says(failure_of({{"messages"}}), "reports a column 'messages', of which there is one already"));
  CHECK(says(failure_of({{"mass", "mass"}}), "reports a column 'mass', of which there is one already"));
  CHECK(says(failure_of({{"mass", "energy"}, {"energy", "mass"}}),
             "the columns 'energy', 'mass' at epoch 2 and reported 'mass', 'energy' before"));
  CHECK(says(failure_of({{"mass"}, {}}), "the columns none at epoch 2 and reported 'mass' before"));
}

}  // namespace
