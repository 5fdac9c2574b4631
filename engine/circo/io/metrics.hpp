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

  /// `earlier`: the file of the run that is resumed, whose rows up to the checkpoint are kept.
  explicit Metrics(std::filesystem::path file, std::filesystem::path earlier = {})
      : path_{std::move(file)}, earlier_{std::move(earlier)} {}
  void on_start(Rank& rank);
  void on_epoch(Rank& rank, const Epoch& epoch);
  void on_checkpoint(Rank& rank, Bytes& out);
  void on_resume(Rank& rank, ByteReader& in);

  const std::optional<Epoch>& first() const { return totals_.first; }
  /// The last epoch that was not cut short by the end of the run; the only one if there is no other.
  const std::optional<Epoch>& last() const { return totals_.last_complete ? totals_.last_complete : totals_.last; }
  /// The very last one.
  const std::optional<Epoch>& final() const { return totals_.last; }
  std::uint64_t messages() const { return totals_.messages; }
  std::uint64_t dead_letters() const { return totals_.dead_letters; }
  std::uint64_t migrated() const { return totals_.migrated; }
  double placement_s() const { return totals_.placement_s; }
  double best_rate() const { return totals_.best_rate; }

 private:
  /// Of the whole run, sessions before a checkpoint included.
  struct Totals {
    std::optional<Epoch> first, last, last_complete;
    std::uint64_t messages = 0, dead_letters = 0, migrated = 0;
    double placement_s = 0, best_rate = 0;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(first, last, last_complete, messages, dead_letters, migrated, placement_s, best_rate);
    }
  };
  /// Header and the rows up to the last epoch before a resume.
  std::string beginning() const;

  std::filesystem::path path_, earlier_;
  TextOutput file_;
  bool has_header_ = false;  // a resumed run's file may have been removed
  Totals totals_;
};

}  // namespace circo
