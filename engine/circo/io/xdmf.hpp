#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <circo/io/snapshot.hpp>

namespace circo {

/// The XDMF file (xdmf.org, version 2) that lets ParaView and VTK open a snapshot file: for each frame the actors as
/// points with their columns, and the traffic between them as lines with their weight. Local: one rank has it. It is
/// written anew for each frame, beside itself, and renamed: whatever happens, it is whole, and names complete frames
/// only.
class XdmfFile {
 public:
  /// Of the file `snapshots`, in the same folder. What `path` already says of other files, moved aside when the run was
  /// resumed, stays as far as it is of steps up to `first_step`.
  XdmfFile(std::filesystem::path path, std::filesystem::path snapshots, std::int64_t first_step);

  /// A frame that has been written. Throws Error.
  void add(const SnapshotFrame& frame, const SnapshotSizes& sizes);

  /// Has an XDMF file name `to` instead of `from`, when there is one: the snapshot file has been moved. Throws Error.
  static void rename_snapshots(const std::filesystem::path& path, const std::string& from, const std::string& to);

 private:
  struct Frame {
    std::int64_t step;
    double time;
    std::uint64_t actors, edges;
    std::vector<std::string> observed;
  };
  std::string text_of(std::size_t number) const;

  std::filesystem::path path_, snapshots_;
  std::string earlier_;             // frames of the files before
  std::int64_t last_earlier_ = -1;  // the last step of these
  std::vector<Frame> frames_;
  SnapshotSizes sizes_;  // of the file, by now
};

}  // namespace circo
