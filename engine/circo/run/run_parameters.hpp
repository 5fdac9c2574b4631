#pragma once

#include <string>
#include <utility>
#include <vector>

#include <circo/run/option_values.hpp>

namespace circo {

/// Names and values that a run is told by.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Version and commit of circo, and what it is built with.
Parameters program_parameters();

/// The same, then every option whose value is known; several texts of one are parted by spaces.
Parameters run_parameters(const std::vector<OptionValue>& values);

}  // namespace circo
