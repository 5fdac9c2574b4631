#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <circo/run/model.hpp>
#include <circo/run/options.hpp>

namespace circo {

/// All options of `circo run` beside those of the model.
struct CommandOptions {
  RunOptions run;
  std::string config, resume;
  bool force = false;
};

/// Adds them. `options` must outlive the parse.
void add_command_options(CLI::App& app, CommandOptions& options);

/// Adds the options of a model, in a group of its own. Negative numbers are refused for unsigned ones, of which CLI11
/// makes 2^64 - 1. Throws Error, with model and option, for a name that `circo run` has itself or that is there twice.
void add_model_options(CLI::App& app, Model& model);

}  // namespace circo
