#pragma once

#include <cstdint>
#include <vector>

#include <CLI/App.hpp>

#include <circo/run/model.hpp>

namespace circo::models {

/// A task that goes from hand to hand in its pool.
struct PoolTask {
  std::uint64_t pool;
  std::uint64_t hands_left;  ///< workers that are still to get it
};
/// The superstep that a worker takes for a task is over.
struct PoolTaskDone {
  PoolTask task;
};

/// Works on a task for a superstep, then passes it on to another worker of its pool.
struct PoolWorker {
  using Receives = Messages<PoolTask, PoolTaskDone>;
  Population workers;   ///< all of them
  std::uint64_t first;  ///< of the pool
  std::uint64_t size;   ///< of the pool
  std::uint64_t pool;
  std::uint64_t number;
  std::uint64_t done = 0;
  std::uint64_t strays = 0;  ///< tasks of other pools

  void on(const PoolTask& task, Context& ctx);
  void on(const PoolTaskDone& past, Context& ctx);
  /// In the mean all have as much to do.
  double load() const { return 1; }
};

/// Pools of workers that pass tasks on among themselves: as many clusters, without any traffic between them.
class WorkerPool {
 public:
  using Actors = ActorTypes<PoolWorker>;
  static constexpr std::string_view name = "worker_pool";
  static constexpr std::string_view describe = "pools of workers that pass tasks on among themselves";

  void add_options(CLI::App& app);
  void prepare(const Communicator& world, std::uint64_t seed);
  void setup(Setup& setup) const;
  void on_epoch(EpochEdit& edit);
  void finish(Finish& finish) const;

 private:
  std::uint64_t pools_ = 120;
  std::uint64_t workers_ = 20;
  double skew_ = 0;
  std::uint64_t workers_a_task_ = 4;
  std::uint64_t hands_ = 0;
  std::vector<std::uint64_t> first_;  // [pools + 1] the number of each pool's first worker
  double cut_share_ = 0;
  std::int64_t split_pools_ = 0;
};

}  // namespace circo::models
