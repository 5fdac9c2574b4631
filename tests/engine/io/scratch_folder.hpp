#pragma once

#include <filesystem>
#include <string>

#include <mpi.h>
#include <unistd.h>

#include <circo/transport/mpi.hpp>

/// A folder for the files of a test, the same for all ranks; removed in the end. *Collective.*
class ScratchFolder {
 public:
  ScratchFolder() : comm_{circo::Communicator::duplicate(MPI_COMM_WORLD)} {
    const auto temporary = std::filesystem::temp_directory_path();
    path_ = comm_.broadcast((temporary / ("circo-test-" + std::to_string(getpid()))).string(), 0);
    if (comm_.rank() == 0) std::filesystem::create_directories(path_);
    MPI_Barrier(comm_.get());
  }
  ~ScratchFolder() {
    MPI_Barrier(comm_.get());
    std::error_code ignored;
    if (comm_.rank() == 0) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const circo::Communicator& comm() const { return comm_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  circo::Communicator comm_;
  std::filesystem::path path_;
};
