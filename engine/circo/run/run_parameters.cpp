#include <fmt/format.h>

#include <circo/run/run_parameters.hpp>
#include <circo/run/version.hpp>

namespace circo {

Parameters program_parameters() {
  Parameters parameters{{"version", std::string{version()}}, {"git", std::string{git_hash()}}};
  for (const auto& [what, which] : built_with()) parameters.emplace_back(what, which);
  return parameters;
}

Parameters run_parameters(const std::vector<OptionValue>& values) {
  Parameters parameters = program_parameters();
  for (const OptionValue& value : values)
    if (value.origin != OptionValue::Origin::unknown)
      parameters.emplace_back(value.key, fmt::format("{}", fmt::join(value.texts, " ")));
  return parameters;
}

}  // namespace circo
