#pragma once

#include <filesystem>
#include <string>

#include <circo/transport/mpi.hpp>

namespace circo {

/// The folder that a run leaves: config.toml, metrics.csv, snapshots.h5 and .xdmf, summary.json, log.txt; traffic.csv,
/// trace.json and checkpoint/ if asked for.
struct RunFolder {
  std::filesystem::path path;
  std::filesystem::path earlier;  ///< where an earlier run that was in the same folder has been moved, or empty

  std::filesystem::path config() const { return path / "config.toml"; }
  std::filesystem::path metrics() const { return path / "metrics.csv"; }
  std::filesystem::path snapshots() const { return path / "snapshots.h5"; }
  std::filesystem::path xdmf() const { return path / "snapshots.xdmf"; }
  std::filesystem::path traffic() const { return path / "traffic.csv"; }
  std::filesystem::path summary() const { return path / "summary.json"; }
  std::filesystem::path trace() const { return path / "trace.json"; }
  std::filesystem::path log() const { return path / "log.txt"; }
  std::filesystem::path checkpoints() const { return path / "checkpoint"; }
};

/// *Collective.* Makes the folder (rank 0). `wanted` empty: the first of runs/MODEL-1, runs/MODEL-2, ... that is free.
/// A folder that already holds a run is first moved aside, to WANTED.1 and so on: nothing is overwritten. Throws Error
/// on all ranks.
RunFolder make_run_folder(const Communicator& world, const std::filesystem::path& wanted, const std::string& model);

/// *Collective.* The folder of a run that is resumed, to go on in it: its snapshots are moved to snapshots.1.h5 and so
/// on, as a file that was cut short cannot be appended to, and snapshots.xdmf names them there. Throws Error on all
/// ranks.
RunFolder reopen_run_folder(const Communicator& world, const std::filesystem::path& path);

}  // namespace circo
