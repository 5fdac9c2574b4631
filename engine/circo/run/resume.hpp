#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <circo/actor/dispatch.hpp>
#include <circo/io/checkpoint_file.hpp>
#include <circo/run/config_file.hpp>
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

/// The options of a run that is resumed, as a config: those of the checkpoint, without `out`, and with as many
/// schedulers per rank as make it as many schedulers as before; or a few more, when those cannot be shared out equally.
Config config_of_checkpoint(const CheckpointHead& head, int ranks);

/// Throws Error when the checkpoint must not be gone on from with this program and these options, saying what differs.
/// `force`: differences that cannot do harm are all right.
void check_resume(const CheckpointHead& head, const std::vector<OptionValue>& values, CLI::App& app,
                  const Dispatch& dispatch, bool force);

}  // namespace circo
