#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <circo/defaults.hpp>
#include <circo/io/run_folder.hpp>
#include <circo/io/snapshot.hpp>
#include <circo/io/xdmf.hpp>
#include <circo/run/epoch.hpp>
#include <circo/space/placement.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

struct SnapshotSettings {
  bool none = false;                               ///< write nothing
  std::uint64_t every = 0;                         ///< epochs; 0: only at the start and the end
  std::uint64_t edges = defaults::snapshot_edges;  ///< of the traffic, at most; 0: none
  int deflate = 0;                                 ///< level of compression; 0: none
};

/// Plugin: writes the actor space to a snapshot file at the start, every so many epochs, and at the end.
class Snapshots {
 public:
  Snapshots(const SnapshotSettings& settings, RunFolder folder, SnapshotHeader header)
      : settings_{settings}, folder_{std::move(folder)}, header_{std::move(header)} {
    header_.deflate = settings_.deflate;
  }

  /// Whose traffic goes into the snapshots; it must outlive the run.
  void set_placement(const Placement& placement) { placement_ = &placement; }

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
  std::vector<SnapshotEdge> edges(const Rank& rank) const;

  SnapshotSettings settings_;
  RunFolder folder_;
  SnapshotHeader header_;
  const Placement* placement_ = nullptr;
  std::unique_ptr<SnapshotWriter> writer_;
  std::optional<XdmfFile> xdmf_;  // rank 0's
  Moment last_;
};

}  // namespace circo
