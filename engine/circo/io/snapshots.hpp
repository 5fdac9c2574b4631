#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <circo/io/snapshot.hpp>
#include <circo/run/epoch.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// Plugin: writes the actor space to a snapshot file at the start, every so many epochs, and at the end.
class Snapshots {
 public:
  /// `file` empty: writes nothing. `every` in epochs; 0: only at the start and the end.
  Snapshots(std::filesystem::path file, std::uint64_t every, SnapshotHeader header)
      : path_{std::move(file)}, every_{every}, header_{std::move(header)} {}

  void on_start(Rank& rank);
  void on_epoch(Rank& rank, const Epoch& epoch);
  void on_stop(Rank& rank);
  void on_checkpoint(Rank& rank, Bytes& out);
  void on_resume(Rank& rank, ByteReader& in);

 private:
  /// When the last epoch was closed, for the first frame after a resume.
  struct Moment {
    std::uint64_t epoch = 0, superstep = 0;
    double wall_s = 0;
  };
  void write(Rank& rank, const Epoch& epoch);

  std::filesystem::path path_;
  std::uint64_t every_;
  SnapshotHeader header_;
  std::unique_ptr<SnapshotWriter> writer_;
  Moment last_;
};

}  // namespace circo
