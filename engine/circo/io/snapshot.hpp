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
#include <circo/io/edge_order.hpp>

namespace circo {

/// What a snapshot file says about its run, and how it is written. The same on every rank.
struct SnapshotHeader {
  std::vector<std::string> species;                             // actor types' names: species k is the k-th
  std::vector<std::pair<std::string, std::string>> parameters;  // options, seed, versions, git hash
  std::string version;                                          // of circo
  std::string author = {};                                      // empty: the user's name, as the system knows it
  int deflate = 0;                                              // level of compression, 1 to 9; 0: none
};

/// What a model shows of its actors: a value an actor, NaN for those that show none.
struct ObservedColumn {
  std::string name;            // one word, of no other column
  std::string unit;            // empty: none
  std::vector<double> values;  // [n]
};

/// The actor space at one moment. Spans of length n (actors of this rank, any order) give one entry an actor.
struct SnapshotFrame {
  std::int64_t step = 0;                                        // superstep or epoch; increases from frame to frame
  double time = 0;                                              // does not decrease from frame to frame
  std::span<const std::uint64_t> id;                            // [n] Addr::bits(), unique over all ranks, not 0
  std::span<const Position> position;                           // [n]
  std::span<const std::int16_t> species;                        // [n] index in SnapshotHeader::species
  std::span<const std::uint32_t> scheduler;                     // [n] the actor's scheduler, below S
  std::span<const float> load;                                  // [n]
  std::span<const Position> scheduler_position;                 // [S] all schedulers, the same on every rank
  std::span<const std::uint32_t> scheduler_rank;                // [S] their ranks, the same on every rank
  std::span<const std::pair<std::string, double>> observables;  // metrics; rank 0's are written; the same names,
                                                                // in the same order, on every rank
  std::span<const ObservedColumn> observed = {};                // names and units as above
  std::span<const SnapshotEdge> edges = {};  // each once, on any rank; those of no actor are left out
  std::uint64_t most_edges = UINT64_MAX;     // that are written: the heaviest of all ranks'
};

/// What a snapshot file holds when a frame has been written.
struct SnapshotSizes {
  std::uint64_t frames = 0;
  std::uint64_t actors = 0, edges = 0;            // in that frame
  std::uint64_t most_actors = 0, most_edges = 0;  // in any
};

/// Writes snapshots to one HDF5 file, with parallel HDF5, in the H5MD 1.1 layout (de Buyl, Colberg, Hoefling, Comp.
/// Phys. Comm. 185, 1546, 2014). F frames, n = the most actors so far, m = the most edges, S schedulers:
///
///     /h5md                                   version [1, 1], author, creator
///     /parameters                             attributes, all text
///     /particles/actors/NAME/value            [F][n], position [F][n][3] float32, id uint64, species enum, scheduler
///     and
///                                             rank uint32, load float32; what models observe float64, attribute `unit`
///     /particles/schedulers/NAME/value        [F][S], position [F][S][3] float32, rank uint32
///     /observables/NAME/value                 [F] float64
///     /observables/snapshot_actors/value      [F] uint64, how many there are in the frame
///     /observables/snapshot_edges/value       [F] uint64
///     /connectivity/traffic/value             [F][m][2] uint64: ids of two actors, the smaller first
///     /connectivity/traffic/weight            [F][m] float32: the energy of their infotons, decayed
///     /connectivity/traffic/rows              [F][m][2] uint32: where the two stand in the frame
///
/// each beside `step` [F] int64 and `time` [F] float64, which all elements share (hard links). Within a frame actors
/// are in the order of id, edges in that of their two ids. An entry without an actor has the fill values id = 0,
/// species = -1 ("none", in parentheses where an actor type is called so), position = load = NaN and scheduler = rank =
/// 2^32 - 1; one without an edge has ids 0, weight 0 and rows 2^32 - 1; they stand at the end. What is observed is NaN
/// for actors that do not show it; names that come later, of observables too, have NaN in the frames before, and the
/// traffic begins with the first frame that has some. Only ranks depend on which rank hosts what. The file holds no
/// time stamp: equal frames give equal files.
///
/// A frame is complete once `step` holds it: that is written last, with the two counts, after all else has been
/// flushed. A reader finds the actors and edges of a frame by an index that the next frame changes in place: in the
/// middle of that it may not find them, and should look again when they are not as many as the counts. Each frame's
/// room on the disk is claimed before HDF5 is asked to write, so a full disk leaves the file as it was, ready to be
/// closed. Should HDF5 itself fail (I/O error), the file is left as it is and HDF5 not called for it again, as that
/// could hang. Another process can read the file between frames; it is not SWMR, which parallel HDF5 does not have.
/// Format version 2 (HDF5 1.8), as H5MD recommends, for that: later ones mark a file that is being written and refuse
/// it to readers, also after a crash.
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

  /// *Collective.* Appends a frame and flushes it. Memory meanwhile: 50 bytes an actor. After an Error that names a
  /// full disk it may be called again.
  SnapshotSizes write(const SnapshotFrame& frame);

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
