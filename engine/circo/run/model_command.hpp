#pragma once

#include <string>
#include <vector>

#include <circo/run/command.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* `circo run` with these arguments, which must be the same on every rank. Throws Usage for wrong options
/// and input, Error when the run fails.
ExitCode model_command(std::vector<std::string> args, const Models& models, const Communicator& world);

}  // namespace circo
