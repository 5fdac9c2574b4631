#include <cstdio>

#include <fmt/format.h>

#include <circo/io/progress.hpp>

namespace circo {

std::string short_number(double value) {
  for (const auto& [unit, name] : {std::pair{1e9, "G"}, {1e6, "M"}, {1e3, "k"}})
    if (value >= unit) return fmt::format("{:.3g} {}", value / unit, name);
  return fmt::format("{:.3g}", value);
}

void Progress::on_epoch(Rank& rank, const Epoch& epoch) {
  if (style_ == ProgressStyle::none || rank.world().rank() != 0) return;
  const auto now = Clock::now();
  const auto interval =
      style_ == ProgressStyle::live ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000);
  if (epoch.number != 1 && !epoch.last && now - shown_ < interval) return;
  shown_ = now;
  const std::string of = epochs_ != 0 ? fmt::format("/{}", epochs_) : "";
  const std::string line = fmt::format(
      "epoch {}{}  {:.1f} s  {} actors  {} messages/s  remote {:.2f}%  between ranks {:.2f}%  imbalance {:.2f}  moved "
      "{}",
      epoch.number, of, epoch.wall_s, epoch.actors, short_number(epoch.messages_per_s()), 100 * epoch.remote_share,
      100 * epoch.rank_remote_share, epoch.imbalance, epoch.migrated);
  if (style_ == ProgressStyle::live) {
    std::fputs(("\r\033[K" + line).c_str(), stdout);
    line_open_ = true;
  } else {
    std::fputs((line + "\n").c_str(), stdout);
  }
  std::fflush(stdout);
}

void Progress::on_stop(Rank&) {
  if (line_open_) std::fputs("\n", stdout);
  line_open_ = false;
}

}  // namespace circo
