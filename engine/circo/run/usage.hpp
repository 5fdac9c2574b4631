#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <circo/error.hpp>

namespace circo {

/// A text with control characters written as \n, \t or \x1B.
std::string one_line(std::string_view text);

/// Bad options or input: printed as it is, exit code 2.
struct Usage {
  explicit Usage(std::string_view what) : text{one_line(what)} {}
  std::string text;  ///< one line
};

/// Calls `work`; what it finds wrong is bad input.
template <class Work>
auto as_usage(const std::string& prefix, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Usage{prefix + error.what()};
  }
}

/// What CLI11 found wrong with the arguments: of an unknown option with the nearest one that there is, of a value that
/// cannot be converted with what was expected.
std::string parse_complaint(const CLI::App& app, const std::vector<std::string>& args, const CLI::Error& error);

}  // namespace circo
