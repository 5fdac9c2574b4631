#include <chrono>
#include <utility>

#include <circo/run/checkpoints.hpp>

namespace circo {

namespace {

auto program_start = std::chrono::steady_clock::now();
bool first_program = true;

}  // namespace

void Checkpoints::program_begins() {
  if (!std::exchange(first_program, false)) program_start = std::chrono::steady_clock::now();
}

void Checkpoints::start(const Rank& rank, double clock_s) {
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - program_start;
  last_ms_ = static_cast<std::int64_t>(1e3 * rank.world().max(clock_s));
  limit_ms_ = last_ms_ + static_cast<std::int64_t>(1e3 * (settings_.time_limit - rank.world().max(age.count())));
}

Checkpoints::Wish Checkpoints::wish(const Tally& tally, std::uint64_t closed) {
  if (tally.ends != 0) return Wish::save_and_end;
  if (settings_.time_limit != 0 && tally.clock_ms >= limit_ms_) return Wish::save_and_end;
  if (tally.saves != 0) return Wish::save;
  if (settings_.every != 0 && closed != 0 && closed % settings_.every == 0) return Wish::save;
  if (settings_.minutes != 0 && static_cast<double>(tally.clock_ms - last_ms_) >= 6e4 * settings_.minutes) {
    last_ms_ = tally.clock_ms;
    return Wish::save;
  }
  return Wish::none;
}

void Checkpoints::write(Rank& rank, const StateHooks& hooks, Bytes common, std::uint64_t superstep, std::uint64_t epoch,
                        Wish wish) {
  Signals::answer();
  head_.common = std::move(common);
  head_.superstep = superstep;
  head_.epoch = epoch;
  const std::filesystem::path file = folder_.file(superstep);
  try {
    save_schedulers(rank, hooks, head_, file);
    last_ = file;
    if (rank.world().rank() == 0) folder_.keep_newest(static_cast<std::size_t>(settings_.keep));
  } catch (const Error& error) {
    if (wish == Wish::save_and_end) throw;
    tell_(error.what());
  }
}

}  // namespace circo
