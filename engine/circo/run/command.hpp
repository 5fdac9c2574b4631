#pragma once

#include <memory>
#include <vector>

#include <mpi.h>

#include <circo/run/model.hpp>

namespace circo {

using Models = std::vector<std::unique_ptr<Model>>;

/// Exit codes of the command; the same on every rank.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,       ///< the run failed: a handler threw, a limit was passed, a file could not be written
  exit_bad_input = 2,    ///< options, config file or input file are wrong; nothing has been run
  exit_interrupted = 3,  ///< ended by a signal or --time-limit; the checkpoint is written, --resume goes on
};

/// *Collective* over `comm`. The `circo` command with these models. Returns the exit code; throws nothing.
///
/// A host program may call it again and again, and on some ranks only, with a communicator of these. MPI and Kokkos
/// start with the first call unless they run already, and end with the process, as neither can start again. All else
/// that the command changes of the process is put back when it returns: handlers of signals and of MPI errors, the
/// limit of data memory, and the allocator's thresholds (to glibc's own). Should one rank fail where the others wait
/// for it, MPI_Abort ends the processes of `comm`; Open MPI then ends all those of the job.
int run_command(int argc, char** argv, const Models& models, MPI_Comm comm = MPI_COMM_WORLD);

/// The command of a program that has models of its own: `int main(int argc, char** argv) { return
/// circo::command<MyModel>(argc, argv); }`
template <ModelClass... Ms>
int command(int argc, char** argv, MPI_Comm comm = MPI_COMM_WORLD) {
  Models models;
  (models.push_back(std::make_unique<ModelOf<Ms>>()), ...);
  return run_command(argc, argv, models, comm);
}

}  // namespace circo
