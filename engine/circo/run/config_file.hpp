#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include <circo/run/option_values.hpp>

namespace circo {

/// A line KEY = VALUE of a config file.
struct ConfigEntry {
  std::string key;
  std::vector<std::string> texts;  ///< as OptionValue has them; none for an empty array, which says nothing
  unsigned line = 0;
  /// Not given in the run that wrote the file, but its default. Where the program still has the same default it is left
  /// to the program, as its text may be rounded or no value at all ("as many as cores").
  bool is_default = false;
};

/// A config file, which is TOML: the key `model`, keys of options, and `defaults`, the list of those options that were
/// not given.
struct Config {
  std::string source;  ///< for errors: the file
  std::string model;   ///< empty: the file names none
  std::vector<ConfigEntry> entries;

  const ConfigEntry* find(std::string_view key) const;
};

/// Keys of a config file that no option may have.
inline constexpr std::string_view config_keys[] = {"model", "defaults"};

/// Reads a config file's text. Throws Error with file and line.
Config parse_config(const std::string& text, const std::string& source);

/// Gives the options of `app` their values from a config file, except those that have one already. To be called while
/// `app` is parsed, as `option_values`. Throws Error for keys that are no option.
void apply_config(CLI::App& app, const Config& config);

/// The text of config.toml: values under their groups, with descriptions as comments; `title` is a comment on top.
/// What is read back from it are the same texts. Throws Error for values that TOML cannot hold (no UTF-8).
std::string config_text(const std::string& title, const std::string& model, const std::vector<OptionValue>& values);

}  // namespace circo
