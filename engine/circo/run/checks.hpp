#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace circo {

/// Checks for options, whose complaints say what was expected. CLI11's own take -1 for 2^64 - 1 and nan for a number in
/// any range.

/// A whole number.
CLI::Validator whole(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX);
/// A finite number.
CLI::Validator real(double least = 0, double most = 1e300);
/// A size as CLI::AsSizeValue takes it; put in front of that as a transform.
CLI::Validator size();
/// One of these words; suggests the nearest.
CLI::Validator one_of(std::vector<std::string> words);

}  // namespace circo
