#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include <circo/io/progress.hpp>
#include <circo/io/snapshots.hpp>
#include <circo/run/engine.hpp>

namespace circo {

/// What `circo run` can be told besides the model's own options.
struct RunOptions {
  EngineSettings engine{.rank = {.threads = 0}};  ///< threads 0: OMP_NUM_THREADS, else 1
  std::string balancer = "infoton";
  std::string law = "spring";
  int sweeps = defaults::sweeps;
  std::uint64_t epochs_per_step = 0;                      ///< 0: as the balancer sees fit
  std::uint32_t infoton_every = 0;                        ///< 0: adapted to the traffic
  std::uint64_t traffic_limit = defaults::traffic_limit;  ///< edges an actor; 0: all
  double migration_budget = 1;                            ///< share of the actors that may move at an epoch
  int partition_tries = 1;                                ///< of metis and scotch
  std::vector<double> level_weights{1, 1, 1};
  SnapshotSettings snapshots;
  bool write_traffic = false;
  CheckpointSettings checkpoints;
  bool trace = false;
  std::filesystem::path out;  ///< empty: runs/MODEL-N
  ProgressStyle progress = ProgressStyle::plain;
};

/// Adds the options of `circo run`, in groups, with checks. `options` must outlive the parse.
void add_run_options(CLI::App& app, RunOptions& options);

/// Whether a run that is resumed may have another value of an option: layout, limits and output do not touch what it
/// computes; how the loop goes may be changed when that is meant; all else would make another run of it.
enum class OnResume { free, forced, fixed };
OnResume on_resume(const CLI::Option& option);

/// Checks that go beyond one option and fills in what depends on the machine (threads, memory). Throws Error.
void complete(RunOptions& options, int ranks_on_node);

}  // namespace circo
