#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include <fmt/format.h>

#include <circo/memory.hpp>
#include <circo/run/engine.hpp>
#include <circo/run/watch.hpp>
#include <circo/scheduler/load_of.hpp>
#include <circo/transport/together.hpp>

namespace circo {

std::string_view to_string(End end) {
  switch (end) {
    case End::quiescent:
      return "no message left";
    case End::stopped:
      return "an actor asked for it";
    case End::epochs:
      return "epochs reached";
    case End::supersteps:
      return "supersteps reached";
    case End::seconds:
      return "time limit reached";
    case End::interrupted:
      return "interrupted, with a checkpoint to go on from";
  }
  return "";
}

void Watch::start() {
  start_ = Clock::now();
  // The check of every superstep gives the better message; this stops what would not wait for it.
  if (settings_.max_memory != 0) limit_memory(settings_.max_memory);
}

Watch::~Watch() { lift_memory_limit(); }

double Watch::seconds() const { return seconds_before_ + std::chrono::duration<double>(Clock::now() - start_).count(); }

Tally Watch::tally() const {
  Tally tally;
  for (const auto& scheduler : rank_.schedulers()) {
    const Counts& counts = scheduler->counts();
    tally.records_sent += static_cast<std::int64_t>(counts.records_sent());
    tally.records_done += static_cast<std::int64_t>(counts.records_done());
    tally.messages += static_cast<std::int64_t>(counts.delivered);
    tally.actors += scheduler->arena().size();
    if (scheduler->failure()) tally.failures = 1;
    if (scheduler->stop_requested()) tally.stops = 1;
  }
  tally.saves = Signals::save_asked();
  tally.ends = Signals::end_asked();
  if (rank_.world().rank() == 0) tally.clock_ms = static_cast<std::int64_t>(1e3 * seconds());
  return tally;
}

void Watch::check_memory() {
  if (settings_.max_memory == 0) return;
  const auto now = Clock::now();
  if (now - memory_checked_ < std::chrono::milliseconds(50)) return;
  memory_checked_ = now;
  const std::uint64_t bytes = resident_bytes();
  if (bytes > settings_.max_memory)
    rank_.schedulers().front()->fail(
        fmt::format("uses {} MiB of memory and may use {} MiB (--max-memory); it has {} actors: use more ranks, fewer "
                    "actors, or raise the limit",
                    bytes >> 20, settings_.max_memory >> 20, rank_.local_actors()));
}

bool Watch::epoch_due(const Tally& tally, std::uint64_t superstep) const {
  if (settings_.epoch_supersteps != 0 && superstep - epoch_first_superstep_ >= settings_.epoch_supersteps) return true;
  if (settings_.epoch_seconds != 0 &&
      1e-3 * static_cast<double>(tally.clock_ms) - epoch_start_s_ >= settings_.epoch_seconds)
    return true;
  const auto messages = static_cast<double>(tally.messages - messages_before_);
  return settings_.epoch_messages_per_actor != 0 &&
         superstep - epoch_first_superstep_ >= settings_.epoch_min_supersteps && tally.actors != 0 &&
         messages >= settings_.epoch_messages_per_actor * static_cast<double>(tally.actors);
}

bool Watch::too_many(const Tally& tally) const {
  return settings_.max_actors != 0 && static_cast<std::uint64_t>(tally.actors) > settings_.max_actors;
}

Counts Watch::sum_counts() const {
  Counts sum;
  for (const auto& scheduler : rank_.schedulers()) sum += scheduler->counts();
  return sum;
}

Epoch Watch::close_epoch(std::uint64_t superstep) {
  const Counts now = sum_counts();
  std::array<std::int64_t, 6> sums{};
  auto since = [](std::uint64_t after, std::uint64_t before) { return static_cast<std::int64_t>(after - before); };
  sums[0] = since(now.sent, epoch_start_.sent);
  sums[1] = since(now.sent_away, epoch_start_.sent_away);
  sums[2] = since(now.sent_off_rank, epoch_start_.sent_off_rank);
  sums[3] = since(now.delivered, epoch_start_.delivered);
  sums[4] = since(now.dead_letters, epoch_start_.dead_letters);
  sums[5] = static_cast<std::int64_t>(rank_.local_actors());
  rank_.world().sum(sums);
  Epoch epoch;
  epoch.number = ++epoch_;
  epoch.superstep = superstep;
  epoch.wall_s = rank_.world().max(seconds());
  epoch.seconds = epoch.wall_s - epoch_start_s_;
  epoch.sent = static_cast<std::uint64_t>(sums[0]);
  epoch.messages = static_cast<std::uint64_t>(sums[3]);
  epoch.dead_letters = static_cast<std::uint64_t>(sums[4]);
  epoch.actors = static_cast<std::uint64_t>(sums[5]);
  if (epoch.sent != 0) {
    epoch.remote_share = static_cast<double>(sums[1]) / static_cast<double>(sums[0]);
    epoch.rank_remote_share = static_cast<double>(sums[2]) / static_cast<double>(sums[0]);
  }
  std::vector<double> mine;
  together(rank_.world(), [&] {
    for (const auto& scheduler : rank_.schedulers()) {
      double load = 0;
      for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row) load += load_of(*scheduler, row);
      mine.push_back(load);
    }
  });
  const auto all = rank_.world().gather_all(std::as_bytes(std::span{mine}));
  epoch.loads.resize(all.size() / sizeof(double));
  std::memcpy(epoch.loads.data(), all.data(), all.size());
  const double sum = std::accumulate(epoch.loads.begin(), epoch.loads.end(), 0.0);
  if (sum > 0) epoch.imbalance = std::ranges::max(epoch.loads) * static_cast<double>(epoch.loads.size()) / sum;
  return epoch;
}

void Watch::open_epoch(std::uint64_t superstep) {
  for (const auto& scheduler : rank_.schedulers()) {
    Arena& arena = scheduler->arena();
    for (std::uint32_t row = 0; row < arena.size(); ++row) arena.head(row).count = 0;
  }
  epoch_start_ = sum_counts();
  messages_before_ = rank_.world().sum(static_cast<std::int64_t>(epoch_start_.delivered));
  epoch_start_s_ = rank_.world().max(seconds());
  epoch_first_superstep_ = superstep;
}

void Watch::save(Bytes& out) const {
  auto sums = std::bit_cast<std::array<std::int64_t, sizeof(Counts) / sizeof(std::int64_t)>>(epoch_start_);
  rank_.world().sum(sums);
  append(out, Marks{epoch_, epoch_first_superstep_, epoch_start_s_, rank_.world().max(seconds()), messages_before_,
                    std::bit_cast<Counts>(sums)});
}

void Watch::load(ByteReader& in) {
  const auto marks = in.get<Marks>();
  epoch_ = marks.epoch;
  epoch_first_superstep_ = marks.epoch_first_superstep;
  epoch_start_s_ = marks.epoch_start_s;
  seconds_before_ = marks.seconds;
  messages_before_ = marks.messages_before;
  // Only sums over the ranks are made of it.
  if (rank_.world().rank() == 0) epoch_start_ = marks.epoch_start;
}

std::optional<std::string> Watch::failure() const {
  for (const auto& scheduler : rank_.schedulers())
    if (scheduler->failure()) return scheduler->failure();
  return {};
}

void Watch::agree() { rank_.world().agree(failure()); }

void Watch::fail(const Tally& tally) {
  agree();
  throw AgreedError(
      fmt::format("{} actors live, more than the {} that --max-actors allows; if the model really needs more, raise it",
                  tally.actors, settings_.max_actors));
}

}  // namespace circo
