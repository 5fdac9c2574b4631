#pragma once

#include <memory>
#include <vector>

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

/// The `circo` command with these models. Initialises MPI and Kokkos. Returns the exit code.
int run_command(int argc, char** argv, const Models& models);

/// The command of a program that has models of its own: `int main(int argc, char** argv) { return
/// circo::command<MyModel>(argc, argv); }`
template <ModelClass... Ms>
int command(int argc, char** argv) {
  Models models;
  (models.push_back(std::make_unique<ModelOf<Ms>>()), ...);
  return run_command(argc, argv, models);
}

}  // namespace circo
