#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <mpi.h>

#include <circo/actor/position.hpp>

namespace circo {

/// What a snapshot file says about its run. The same on every rank.
struct SnapshotHeader {
  std::vector<std::string> species;                             // actor types' names: species k is the k-th
  std::vector<std::pair<std::string, std::string>> parameters;  // options, seed, versions, git hash
  std::string version;                                          // of circo
  std::string author = {};                                      // empty: the user's name, as the system knows it
};

/// The actor space at one moment. Spans of length n (actors of this rank, any order) give one entry an actor.
struct SnapshotFrame {
  std::int64_t step = 0;                                        // superstep or epoch; increases from frame to frame
  double time = 0;                                              // does not decrease from frame to frame
  std::span<const std::uint64_t> id;                            // [n] Addr::bits(), unique over all ranks, not 0
  std::span<const Position> position;                           // [n]
  std::span<const std::int16_t> species;                        // [n] index in SnapshotHeader::species
  std::span<const std::uint32_t> scheduler;                     // [n] the actor's scheduler
  std::span<const float> load;                                  // [n]
  std::span<const Position> scheduler_position;                 // [S] all schedulers, the same on every rank
  std::span<const std::uint32_t> scheduler_rank;                // [S] their ranks, the same on every rank
  std::span<const std::pair<std::string, double>> observables;  // metrics; rank 0's are written; the same names,
                                                                // in the same order, on every rank in each frame
};

/// Writes snapshots to one HDF5 file, with parallel HDF5, in the H5MD 1.1 layout (de Buyl, Colberg, Hoefling, Comp.
/// Phys. Comm. 185, 1546, 2014). F frames, n = the most actors so far, S schedulers:
///
///     /h5md                                          version [1, 1], author, creator
///     /parameters                                    attributes, all text
///     /particles/actors/{position,id,species,scheduler,load}/value     [F][n]([3]) float32, uint64, enum, uint32,
///     float32 /particles/schedulers/{position,rank}/value    [F][S]([3]) float32, uint32 /observables/NAME/value [F]
///     float64
///
/// each beside `step` [F] int64 and `time` [F] float64, which all elements share (hard links). Within a frame actors
/// are in the order of id. An entry without an actor has the fill values id = 0, species = -1 ("none"), position = load
/// = NaN and scheduler = 2^32 - 1; they stand at the end. An actor's rank is that of its scheduler,
/// schedulers/rank[f][scheduler]: so whatever stands under actors does not depend on which rank hosts what. The file
/// holds no time stamp: equal frames give equal files.
///
/// A frame is complete once `step` holds it: that is written last, after all else has been flushed. Each frame's room
/// on the disk is claimed before HDF5 is asked to write, so a full disk leaves the file as it was, ready to be closed.
/// Should HDF5 itself fail (I/O error), the file is left as it is and HDF5 not called for it again, as that could hang.
/// Another process can read the file between frames; it is not SWMR, which parallel HDF5 does not have. Format version
/// 2 (HDF5 1.8), as H5MD recommends, for that: later ones mark a file that is being written and refuse it to readers,
/// also after a crash.
///
/// Every failure is circo::Error with the same text on every rank.
class SnapshotWriter {
 public:
  /// *Collective.* Creates the file, or empties it.
  SnapshotWriter(MPI_Comm comm, const std::filesystem::path& path, const SnapshotHeader& header);

  /// Local. Without close() before, the file stays as the last write() left it, which is complete and readable.
  ~SnapshotWriter();
  SnapshotWriter(SnapshotWriter&&) noexcept;
  SnapshotWriter& operator=(SnapshotWriter&&) noexcept;

  /// *Collective.* Appends a frame and flushes it. Copies 32 bytes an actor, twice, meanwhile. After an Error that
  /// names a full disk it may be called again.
  void write(const SnapshotFrame& frame);

  /// *Collective.* Closes the file; nothing may be written afterwards. Does nothing the second time or after HDF5
  /// failed.
  void close();

  /// Complete frames in the file.
  std::uint64_t frames() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace circo
