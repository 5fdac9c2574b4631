#pragma once

#include <string>
#include <utility>
#include <vector>

#include <circo/run/model.hpp>
#include <circo/run/options.hpp>

namespace circo {

/// *Collective.* Runs a model, which has been prepared, with the standard plugins and leaves the run folder. `config`:
/// the text of config.toml; `parameters`: every option as text. Throws Error on all ranks alike.
void simulate(Model& model, const RunOptions& options, const Communicator& world, const std::string& config,
              const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace circo
