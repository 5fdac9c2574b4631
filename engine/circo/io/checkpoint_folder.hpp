#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// The checkpoints of a run: a file each, named by its superstep.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::filesystem::path path) : path_{std::move(path)} {}

  std::filesystem::path file(std::uint64_t superstep) const;
  /// Complete ones, the newest first. Local.
  std::vector<std::filesystem::path> files() const;
  /// Removes all but the newest `keep`. Local.
  void keep_newest(std::size_t keep) const;
  /// *Collective.* The newest whose seal is right. Damaged ones are told of on rank 0 and renamed to NAME.damaged, so
  /// that they do not count as kept. Throws Error on all ranks when there is none.
  std::filesystem::path newest_valid(const Communicator& world,
                                     const std::function<void(const std::string&)>& tell) const;

 private:
  std::filesystem::path path_;
};

}  // namespace circo
