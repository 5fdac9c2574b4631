#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>
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
          {"sweeps", static_cast<double>(epoch.sweeps)},
          {"dropped_edges", static_cast<double>(epoch.dropped_edges)}};
}

std::vector<std::pair<std::string, double>> Metrics::row(const Epoch& epoch) {
  auto row = figures(epoch);
  row.insert(row.end(), epoch.of_model.begin(), epoch.of_model.end());
  return row;
}

std::string Metrics::beginning() const {
  std::string text, line;
  std::ifstream earlier{earlier_};
  // The last line may be half a one, when the run was killed.
  while (totals_.last && std::getline(earlier, line) && !earlier.eof()) {
    const bool is_header = text.empty();
    if (is_header || std::strtoull(line.c_str(), nullptr, 10) <= totals_.last->number) text += line + "\n";
  }
  return text;
}

void Metrics::on_checkpoint(Rank&, Bytes& out) {
  Bytes totals;
  save_cereal(totals_, totals);
  append(out, totals.size());
  append(out, totals);
}

void Metrics::on_resume(Rank&, ByteReader& in) { load_cereal(totals_, in.take(in.get<std::size_t>())); }

void Metrics::on_start(Rank& rank) {
  std::optional<std::string> failure;
  if (rank.world().rank() == 0 && !path_.empty()) {
    try {
      // Into a new file that takes the place of the old one, so that no row is lost whenever this is cut short.
      const std::string text = beginning();
      file_ = TextOutput{path_.string() + ".new"};
      file_.write(text);
      file_.rename(path_);
      has_header_ = !text.empty();
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  }
  rank.world().agree(failure);
}

void Metrics::on_epoch(Rank& rank, const Epoch& epoch) {
  if (!totals_.first) totals_.first = epoch;
  totals_.last = epoch;
  if (!epoch.last || epoch.complete) totals_.last_complete = epoch;
  totals_.messages += epoch.messages;
  totals_.dead_letters += epoch.dead_letters;
  totals_.migrated += epoch.migrated;
  totals_.placement_s += epoch.placement_s;
  totals_.best_rate = std::max(totals_.best_rate, epoch.messages_per_s());
  if (rank.world().rank() != 0) return;
  std::string header, row;
  for (const auto& [name, value] : Metrics::row(epoch)) {
    if (!row.empty()) header += ',', row += ',';
    header += name;
    row += std::floor(value) == value && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                                : fmt::format("{:.6g}", value);
  }
  try {
    if (!has_header_) file_.write(header + "\n");  // not earlier: the model's part of it is known now
    has_header_ = true;
    file_.write(row + "\n");
  } catch (const std::exception& exception) {
    rank.schedulers().front()->fail(exception.what());
  }
}

}  // namespace circo
