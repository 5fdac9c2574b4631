#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <circo/io/metrics.hpp>

namespace circo {

std::vector<std::pair<std::string, double>> Metrics::figures(const Epoch& epoch) {
  return {{"epoch", static_cast<double>(epoch.number)},
          {"superstep", static_cast<double>(epoch.superstep)},
          {"wall_s", epoch.wall_s},
          {"actors", static_cast<double>(epoch.actors)},
          {"messages", static_cast<double>(epoch.messages)},
          {"messages_per_s", epoch.messages_per_s()},
          {"remote_share", epoch.remote_share},
          {"rank_remote_share", epoch.rank_remote_share},
          {"imbalance", epoch.imbalance},
          {"migrated", static_cast<double>(epoch.migrated)},
          {"placement_s", epoch.placement_s},
          {"dead_letters", static_cast<double>(epoch.dead_letters)},
          {"sweeps", static_cast<double>(epoch.sweeps)}};
}

std::vector<std::pair<std::string, double>> Metrics::row(const Epoch& epoch) {
  auto row = figures(epoch);
  row.insert(row.end(), epoch.of_model.begin(), epoch.of_model.end());
  return row;
}

void Metrics::on_start(Rank& rank) {
  std::optional<std::string> failure;
  if (rank.world().rank() == 0 && !path_.empty()) {
    try {
      file_ = TextOutput{path_};
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  }
  rank.world().agree(failure);
}

void Metrics::on_epoch(Rank& rank, const Epoch& epoch) {
  const bool first = !first_;
  if (first) first_ = epoch;
  last_ = epoch;
  if (!epoch.last || epoch.complete) last_complete_ = epoch;
  messages_ += epoch.messages;
  dead_letters_ += epoch.dead_letters;
  migrated_ += epoch.migrated;
  placement_s_ += epoch.placement_s;
  best_rate_ = std::max(best_rate_, epoch.messages_per_s());
  if (rank.world().rank() != 0) return;
  std::string header, row;
  for (const auto& [name, value] : Metrics::row(epoch)) {
    if (!row.empty()) header += ',', row += ',';
    header += name;
    row += std::floor(value) == value && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                                : fmt::format("{:.6g}", value);
  }
  try {
    if (first) file_.write(header + "\n");  // not earlier: the model's part of it is known now
    file_.write(row + "\n");
  } catch (const std::exception& exception) {
    rank.schedulers().front()->fail(exception.what());
  }
}

}  // namespace circo
