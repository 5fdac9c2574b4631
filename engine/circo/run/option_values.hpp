#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace circo {

/// The value that an option has in a run, as the texts that the command line would give for it.
struct OptionValue {
  enum class Origin {
    given,     ///< on the command line, in the environment or in a config file
    fallback,  ///< the default that the option names (CLI11's default_str)
    unknown,   ///< a default that only the program knows; there are no texts
  };
  enum class Kind { flag, text, other };

  std::string key;  ///< its name in a config file: the first long name, else the short one, else the positional one
  std::string group, description;  ///< as in --help
  Origin origin = Origin::unknown;
  Kind kind = Kind::other;
  std::vector<std::string> texts;  ///< before checks and transforms; of flags as the key says it: "true", "false", "3"
};

/// Options that a config file may have, in the order of --help: all but those with configurable(false). Looks into
/// option groups, too.
std::vector<CLI::Option*> config_options(CLI::App& app);

std::string config_key(const CLI::Option& option);

/// The option that a key of a config file means, under any of its names; null when there is none.
CLI::Option* option_of_key(CLI::App& app, const std::string& key);

/// Gives an option texts as `OptionValue::texts` has them. Throws CLI::Error.
void give(CLI::Option& option, const std::string& key, const std::vector<std::string>& texts);

/// The texts of an option's default; empty when it does not name one.
std::vector<std::string> default_texts(const CLI::Option& option);

/// Values of all config_options. To be called while an app is parsed, before transforms have changed what was given:
/// from the callback of its first option.
std::vector<OptionValue> option_values(CLI::App& app);

/// The value of the option with this key; null when there is none.
const OptionValue* value_of_key(const std::vector<OptionValue>& values, const std::string& key);

}  // namespace circo
