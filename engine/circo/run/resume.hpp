#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <circo/io/checkpoint_file.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// A checkpoint that a run goes on from.
struct ResumePoint {
  std::filesystem::path folder;  ///< of the run
  CheckpointFile file;
};

/// *Collective.* The newest checkpoint of a run's folder that is not damaged; says on standard error which ones are.
/// Throws Error on all ranks when there is none.
ResumePoint find_resume_point(const Communicator& world, const std::filesystem::path& folder);

/// The arguments of `circo run` for a run that is resumed: the model, the options given, and the others as the
/// checkpoint has them. Unless it is given, schedulers per rank is such that there are as many schedulers as before; or
/// a few more, when those cannot be shared out equally.
std::vector<std::string> resumed_arguments(const CheckpointHead& head, const CLI::App& app,
                                           const std::vector<std::string>& given, int ranks);

/// Throws Error when the checkpoint must not be gone on from with this program and these options, saying what differs.
/// `force`: differences that cannot do harm are all right.
void check_resume(const CheckpointHead& head, const CLI::App& app, bool force);

}  // namespace circo
