#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace circo {

/// Bad options or input: printed as it is, exit code 2.
struct Usage {
  std::string text;
};

/// CLI11's message for an unknown option, with the nearest one that there is.
std::string unknown_option(const CLI::App& app, const std::vector<std::string>& args, const CLI::Error& error);

}  // namespace circo
