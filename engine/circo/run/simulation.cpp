#include <optional>

#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <circo/io/metrics.hpp>
#include <circo/io/progress.hpp>
#include <circo/io/run_folder.hpp>
#include <circo/io/snapshots.hpp>
#include <circo/io/summary.hpp>
#include <circo/io/traffic_file.hpp>
#include <circo/memory.hpp>
#include <circo/run/engine.hpp>
#include <circo/run/model_epochs.hpp>
#include <circo/run/simulation.hpp>
#include <circo/run/version.hpp>
#include <circo/space/placement.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

/// *Collective.* Calls `write` on rank 0; what it throws is thrown on all ranks.
template <class Write>
void on_root(const Communicator& world, Write&& write) {
  std::optional<std::string> failure;
  if (world.rank() == 0) {
    try {
      write();
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  }
  world.agree(failure);
}

/// *Collective.* A resumed run goes on in its folder, unless another is wanted.
RunFolder open_run_folder(const Communicator& world, const RunOptions& options, std::string_view model,
                          const ResumePoint* from) {
  std::error_code none;
  const bool same =
      from != nullptr && (options.out.empty() || std::filesystem::equivalent(options.out, from->folder, none));
  return world.max(same) != 0 ? reopen_run_folder(world, from->folder)
                              : make_run_folder(world, options.out, std::string{model});
}

std::shared_ptr<spdlog::logger> open_log(const Communicator& world, const RunFolder& folder, bool append) {
  std::shared_ptr<spdlog::logger> log;
  on_root(world, [&] {
    log = std::make_shared<spdlog::logger>(
        "circo", std::make_shared<spdlog::sinks::basic_file_sink_mt>(folder.log().string(), !append));
  });
  if (!log) log = std::make_shared<spdlog::logger>("circo", std::make_shared<spdlog::sinks::null_sink_mt>());
  log->flush_on(spdlog::level::info);
  // A log that cannot be written is no reason to end, nor to say more than what is wrong with the rest.
  log->set_error_handler([](const std::string&) {});
  return log;
}

/// Local; for what the user must know at once, on rank 0.
void tell(const Communicator& world, spdlog::logger& log, const std::string& text) {
  if (world.rank() != 0) return;
  log.info("{}", text);
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

PlacementSettings placement_settings(const RunOptions& options) {
  PlacementSettings settings;
  settings.balancer = balancer_named(options.balancer);
  settings.each.law = law_named(options.law);
  settings.each.sweeps = options.sweeps;
  settings.each.epochs_per_step = options.epochs_per_step;
  settings.each.budget = options.migration_budget;
  std::ranges::copy(options.level_weights, settings.each.level_weights.begin());
  settings.each.partition_tries = options.partition_tries;
  settings.each.seed = options.engine.rank.seed;
  settings.infoton_every = options.infoton_every;
  settings.traffic_limit = options.traffic_limit;
  return settings;
}

/// *Collective.* What actors reported, scheduler by scheduler, then what the model says at the end.
Report gather_report(Rank& rank, const Report& of_model) {
  Bytes mine;
  for (const auto& scheduler : rank.schedulers()) {
    Bytes report;
    save_cereal(scheduler->report(), report);
    append(mine, report.size());
    append(mine, report);
  }
  const auto all = rank.world().gather_all(mine);
  Report report;
  for (ByteReader in{all}; !in.empty();) {
    Report part;
    load_cereal(part, in.take(in.get<std::size_t>()));
    report.put(part);
  }
  report.put(of_model);
  return report;
}

}  // namespace

End simulate(Model& model, const RunOptions& options, const Communicator& world, const std::string& config,
             const std::vector<std::pair<std::string, std::string>>& parameters, const ResumePoint* from) {
  const RunFolder folder = open_run_folder(world, options, model.name(), from);
  on_root(world, [&] {
    TextOutput file{folder.config()};
    file.write(config);
    file.close();
    if (!folder.earlier.empty())
      fmt::print("{} held an earlier run; that is now {}\n", folder.path.string(), folder.earlier.string());
  });
  const auto log = open_log(world, folder, from != nullptr);
  log->info("circo {} ({}): {} on {} ranks x {} schedulers, {} threads a rank, {} mode, balancer {}, law {}, seed {}",
            version(), git_hash(), model.name(), world.size(), options.engine.rank.schedulers_per_rank,
            options.engine.rank.threads, options.engine.rank.strict ? "strict" : "relaxed", options.balancer,
            options.law, options.engine.rank.seed);
  if (from != nullptr) {
    const CheckpointHead& head = from->file.head();
    tell(world, *log,
         fmt::format("goes on at superstep {} (epoch {}) of {}, written with {} schedulers by circo {} ({})",
                     head.superstep, head.epoch, from->folder.string(), head.blocks.size(), head.version, head.git));
  }

  const Dispatch dispatch = model.bind();
  SnapshotHeader header;
  for (const auto& type : dispatch.actors) header.species.emplace_back(type.name);
  header.parameters = parameters;
  header.version = version();
  EngineSettings settings = options.engine;
  if (options.trace) settings.trace = folder.trace();
  try {
    Engine<Placement, ModelEpochs, Metrics, Snapshots, Progress> engine{
        world.get(),
        dispatch,
        settings,
        Placement{placement_settings(options)},
        ModelEpochs{model},
        Metrics{folder.metrics(), from != nullptr ? from->folder / folder.metrics().filename() : ""},
        Snapshots{options.snapshots, folder, header},
        Progress{options.progress, options.engine.max_epochs}};
    engine.template plugin<Snapshots>().set_placement(engine.template plugin<Placement>());
    CheckpointHead head;
    head.version = version();
    head.git = git_hash();
    head.model = model.name();
    head.config = config;
    Checkpoints checkpoints{options.checkpoints, folder.checkpoints(), head,
                            [&](const std::string& what) { tell(world, *log, what + "; the run goes on"); }};
    engine.set_checkpoints(checkpoints);
    // What fails after the run must not lose its result: it is told when that is written.
    std::optional<std::string> failure;
    const auto afterwards = [&](auto&& work) {
      try {
        work();
      } catch (const AgreedError& error) {
        if (!failure) failure = error.what();
      }
    };
    End end{};
    try {
      end = from != nullptr ? engine.resume(from->file) : engine.run([&](Setup& setup) { model.setup(setup); });
    } catch (const FailedAfterRun& failed) {
      end = failed.end();
      failure = failed.what();
    }
    if (end == End::interrupted) {
      if (failure) tell(world, *log, *failure);
      tell(world, *log,
           fmt::format("interrupted at superstep {}; {} is written. Go on with: circo run --resume {}",
                       engine.superstep(), checkpoints.last().string(), folder.path.string()));
      return end;
    }

    Summary summary;
    summary.wall_s = world.max(engine.seconds());
    summary.model = model.name();
    summary.end = to_string(end);
    summary.ranks = world.size();
    summary.schedulers_per_rank = options.engine.rank.schedulers_per_rank;
    summary.threads = options.engine.rank.threads;
    summary.strict = options.engine.rank.strict;
    summary.seed = options.engine.rank.seed;
    summary.supersteps = engine.superstep();
    summary.peak_memory = static_cast<std::uint64_t>(world.sum(static_cast<std::int64_t>(peak_resident_bytes())));
    summary.peak_memory_rank = static_cast<std::uint64_t>(world.max(static_cast<double>(peak_resident_bytes())));
    Finish finish{engine.rank()};
    afterwards([&] { together(world, [&] { model.finish(finish); }); });
    afterwards([&] { summary.result = gather_report(engine.rank(), finish.report()); });

    const Metrics& metrics = engine.template plugin<Metrics>();
    afterwards([&] {
      on_root(world, [&] {
        const std::string table = summary_table(summary, metrics);
        log->info("{}", table);
        fmt::print("{}\nrun folder: {}\n", table, folder.path.string());
        std::fflush(stdout);
      });
    });
    afterwards([&] {
      on_root(world, [&] {
        TextOutput file{folder.summary()};
        file.write(summary_json(summary, metrics));
        file.close();
      });
    });
    if (options.write_traffic)
      afterwards(
          [&] { write_traffic(engine.rank(), *engine.template plugin<Placement>().traffic(), folder.traffic()); });
    if (failure) throw AgreedError(*failure);
    return end;
  } catch (const std::exception& exception) {
    log->error("{}", exception.what());
    throw;
  }
}

}  // namespace circo
