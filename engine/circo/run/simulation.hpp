#pragma once

#include <string>
#include <utility>
#include <vector>

#include <circo/run/model.hpp>
#include <circo/run/options.hpp>
#include <circo/run/resume.hpp>

namespace circo {

/// *Collective.* Runs a model, which has been prepared, with the standard plugins and leaves the run folder. `config`:
/// the text of config.toml; `parameters`: every option as text; `from`: null for a new run. Throws Error on all ranks
/// alike.
End simulate(Model& model, const RunOptions& options, const Communicator& world, const std::string& config,
             const std::vector<std::pair<std::string, std::string>>& parameters, const ResumePoint* from);

}  // namespace circo
