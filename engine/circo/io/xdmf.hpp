#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <circo/io/snapshot.hpp>

namespace circo {

/// The XDMF file (xdmf.org, version 2) that lets ParaView and VTK open a snapshot file: a series of grids
/// `actors`, points with their columns, and one of `traffic`, lines between them with their weight. Local: one rank has
/// it. It is written anew for each frame, beside itself, and renamed: whatever happens, it is whole, and names complete
/// frames only.
class XdmfFile {
 public:
  /// Of the file `snapshots`, in the same folder. What `path` already says of other files, moved aside when the run was
  /// resumed, stays as far as it is of steps up to `first_step`.
  XdmfFile(std::filesystem::path path, const std::filesystem::path& snapshots, std::int64_t first_step);

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
  std::string begin_of(std::size_t number, std::string_view name) const;
  std::string item(std::size_t number, const std::string& dataset, const std::string& type,
                   std::uint64_t values = 1) const;
  std::string geometry_of(std::size_t number) const;
  std::string actors_of(std::size_t number) const;
  std::string traffic_of(std::size_t number) const;

  std::filesystem::path path_, snapshots_;
  std::string earlier_actors_, earlier_traffic_;  // frames of the files before
  std::int64_t last_earlier_;                     // the last step of these
  std::vector<Frame> frames_;
  SnapshotSizes sizes_;  // of the file, by now
};

}  // namespace circo
