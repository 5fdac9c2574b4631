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

  /// Blocks for `bytes` bytes behind the present end of the file, whose size does not change (fallocate), in place of
  /// what was claimed before. On a file system that cannot do this the free space is looked at instead. Throws Error
  /// with the system's reason (no space, quota).
  void claim(std::uint64_t bytes);

  /// Gives back what is claimed and not written.
  void release() noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace circo
