#include <algorithm>
#include <cmath>
#include <numeric>

#include <worker_pool/worker_pool.hpp>

#include <circo/run/checks.hpp>

namespace circo::models {

namespace {

constexpr std::uint64_t size_stream = 0x512E5;

/// Sizes of pools with P(size > x) ~ x^-shape, `workers` in the mean, two at least.
std::vector<std::uint64_t> power_law_sizes(std::uint64_t pools, std::uint64_t workers, double shape,
                                           std::uint64_t seed) {
  const std::uint64_t stream = mix(seed, size_stream);
  std::vector<double> draws(pools);
  for (std::uint64_t pool = 0; pool < pools; ++pool)
    draws[pool] = std::pow(1 - unit_interval(mix(stream, pool)), -1 / shape);
  const double scale = static_cast<double>(pools * workers) / std::accumulate(draws.begin(), draws.end(), 0.0);
  std::vector<std::uint64_t> sizes(pools);
  std::ranges::transform(draws, sizes.begin(),
                         [&](double draw) { return std::max<std::uint64_t>(2, std::llround(scale * draw)); });
  return sizes;
}

}  // namespace

void PoolWorker::on(const PoolTask& task, Context& ctx) {
  ++done;
  if (task.pool != pool) ++strays;
  if (task.hands_left != 0) ctx.wake(PoolTaskDone{task});
}

void PoolWorker::on(const PoolTaskDone& past, Context& ctx) {
  const std::uint64_t other = first + ctx.random().below(size - 1);
  ctx.send(workers[other < number ? other : other + 1], PoolTask{pool, past.task.hands_left - 1});
}

void WorkerPool::add_options(CLI::App& app) {
  app.add_option("--pools", pools_, "Pools")->check(whole(1, 1 << 24))->capture_default_str();
  app.add_option("--workers", workers_, "Workers of a pool; the mean when there is a skew")
      ->check(whole(2, 1 << 24))
      ->capture_default_str();
  app.add_option("--skew", skew_, "Pools' sizes follow a power law, P(size > x) ~ x^-SKEW, as 1.3; 0: all are the same")
      ->check(real(0, 100))
      ->capture_default_str();
  app.add_option("--workers-a-task", workers_a_task_, "A pool has a task for each so many of its workers")
      ->check(whole(1))
      ->capture_default_str();
  app.add_option("--hands", hands_, "Workers that get a task, one after another, until it is done; 0: it never is")
      ->check(whole())
      ->capture_default_str();
}

void WorkerPool::prepare(const Communicator&, std::uint64_t seed) {
  const auto sizes =
      skew_ == 0 ? std::vector<std::uint64_t>(pools_, workers_) : power_law_sizes(pools_, workers_, skew_, seed);
  first_.assign(pools_ + 1, 0);
  std::partial_sum(sizes.begin(), sizes.end(), first_.begin() + 1);
}

void WorkerPool::setup(Setup& setup) const {
  const Population all = setup.populate<PoolWorker>(first_.back(), [&](std::uint64_t i, const Population& workers) {
    const auto after = std::ranges::upper_bound(first_, i);
    return PoolWorker{.workers = workers,
                      .first = *(after - 1),
                      .size = *after - *(after - 1),
                      .pool = static_cast<std::uint64_t>(after - first_.begin()) - 1,
                      .number = i};
  });
  for (std::uint64_t pool = 0; pool < pools_; ++pool) {
    const std::uint64_t size = first_[pool + 1] - first_[pool];
    const std::uint64_t tasks = std::max<std::uint64_t>(1, size / workers_a_task_);
    for (std::uint64_t task = 0; task < tasks; ++task)
      setup.send(all[first_[pool] + task * size / tasks], PoolTask{pool, hands_ == 0 ? UINT64_MAX : hands_ - 1});
  }
}

void WorkerPool::on_epoch(EpochEdit& edit) {
  auto places = edit.places<PoolWorker>(first_.back(), [](const PoolWorker& worker) { return worker.number; });
  double cut = 0, all = 0;
  split_pools_ = 0;
  for (std::uint64_t pool = 0; pool < pools_; ++pool) {
    const auto mine = std::span{places}.subspan(first_[pool], first_[pool + 1] - first_[pool]);
    std::ranges::sort(mine);
    // A task goes to each of the others with the same chance.
    const auto size = static_cast<double>(mine.size());
    double away = 0;
    for (auto it = mine.begin(); it != mine.end();) {
      const auto next = std::ranges::upper_bound(it, mine.end(), *it);
      const auto here = static_cast<double>(next - it);
      away += here * (size - here) / (size - 1);
      it = next;
    }
    const auto tasks = static_cast<double>(std::max<std::uint64_t>(1, mine.size() / workers_a_task_));
    cut += tasks * away / size;
    all += tasks;
    if (mine.front() != mine.back()) ++split_pools_;
  }
  cut_share_ = cut / all;
  edit.report("cut_share", cut_share_);
  edit.report("split_pools", static_cast<double>(split_pools_));
}

void WorkerPool::finish(Finish& finish) const {
  std::int64_t sums[3] = {0, 0, 0};
  finish.for_each<PoolWorker>([&](Addr, const PoolWorker& worker) {
    ++sums[0];
    sums[1] += static_cast<std::int64_t>(worker.done);
    sums[2] += static_cast<std::int64_t>(worker.strays);
  });
  finish.world().sum(sums);
  std::uint64_t largest = 0;
  for (std::uint64_t pool = 0; pool < pools_; ++pool) largest = std::max(largest, first_[pool + 1] - first_[pool]);
  finish.report("workers", sums[0]);
  finish.report("largest_pool", static_cast<std::int64_t>(largest));
  finish.report("done", sums[1]);
  finish.report("strays", sums[2]);
  finish.report("cut_share", cut_share_);
  finish.report("split_pools", split_pools_);
}

}  // namespace circo::models
