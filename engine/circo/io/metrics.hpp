#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <circo/io/text_output.hpp>
#include <circo/run/epoch.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// Plugin: one row of figures an epoch, in metrics.csv (rank 0). Keeps the first and the last complete epoch for the
/// summary.
class Metrics {
 public:
  /// Names and values of the engine's figures of an epoch, in order.
  static std::vector<std::pair<std::string, double>> figures(const Epoch& epoch);
  /// The same, then what the model says of it: a row of metrics.csv.
  static std::vector<std::pair<std::string, double>> row(const Epoch& epoch);

  explicit Metrics(std::filesystem::path file) : path_{std::move(file)} {}
  void on_start(Rank& rank);
  void on_epoch(Rank& rank, const Epoch& epoch);

  const std::optional<Epoch>& first() const { return first_; }
  /// The last epoch that was not cut short by the end of the run; the only one if there is no other.
  const std::optional<Epoch>& last() const { return last_complete_ ? last_complete_ : last_; }
  /// The very last one.
  const std::optional<Epoch>& final() const { return last_; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t dead_letters() const { return dead_letters_; }
  std::uint64_t migrated() const { return migrated_; }
  double placement_s() const { return placement_s_; }
  double best_rate() const { return best_rate_; }

 private:
  std::filesystem::path path_;
  TextOutput file_;
  std::optional<Epoch> first_, last_, last_complete_;
  std::uint64_t messages_ = 0;
  std::uint64_t dead_letters_ = 0;
  std::uint64_t migrated_ = 0;
  double placement_s_ = 0;
  double best_rate_ = 0;
};

}  // namespace circo
