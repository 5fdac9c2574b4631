#pragma once

#include <cstdint>
#include <filesystem>

namespace circo {

/// A file's claim on the disk. Local: one rank of those that write the file has it.
///
/// Parallel HDF5 cannot be used any more once a write fails for want of space: the ranks disagree about what is in the
/// file, the next collective call hangs, and MPI-IO does not tell the reason. So a writer claims what it will need
/// beforehand, here, where a failure changes nothing and has a name.
class DiskSpace {
 public:
  DiskSpace() = default;
  /// Creates the file `path`, or empties it. Throws Error when that is impossible.
  explicit DiskSpace(const std::filesystem::path& path);
  ~DiskSpace();
  DiskSpace(DiskSpace&& other) noexcept;
  DiskSpace& operator=(DiskSpace&& other) noexcept;

  /// Throws Error unless the file is still the one called `path`. Writes to a file that has been removed succeed, and
  /// are lost.
  void check_place(const std::filesystem::path& path) const;

  /// Blocks for `bytes` bytes behind the present end of the file (fallocate), in place of what was claimed before. The
  /// file's size grows as much, until HDF5 sets it to what has been written: so one who opens the file meanwhile never
  /// finds it shorter than it says it is, which HDF5 takes for damage. On a file system that cannot do this the free
  /// space is looked at instead. Throws Error with the system's reason (no space, quota).
  void claim(std::uint64_t bytes);

  /// Gives back what is claimed and not written.
  void release() noexcept;

 private:
  int descriptor_ = -1;
  std::int64_t before_ = 0, extended_ = -1;  // the file's size before the claim and with it; -1: none
};

}  // namespace circo
