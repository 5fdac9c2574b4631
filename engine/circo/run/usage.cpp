#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <circo/nearest_name.hpp>
#include <circo/run/usage.hpp>

namespace circo {

namespace {

/// All names of all options, and those of their groups, with dashes.
std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  for (const CLI::App* group : app.get_subcommands([](const CLI::App* each) { return each->get_name().empty(); }))
    for (auto& name : names_of(*group)) names.push_back(std::move(name));
  return names;
}

std::string expected_by(const std::string& type) {
  if (type.starts_with("UINT")) return "a whole number of at least 0";
  if (type.starts_with("INT")) return "a whole number";
  if (type.starts_with("FLOAT")) return "a number";
  if (type.starts_with("BOOLEAN")) return "true or false";
  return type;
}

/// "Could not convert: --n = many", as what was expected; empty for other errors.
std::string conversion_complaint(const CLI::App& app, const CLI::Error& error) {
  const std::string text = error.what();
  for (const CLI::Option* option : app.get_options())
    if (const std::string start = fmt::format("Could not convert: {} = ", option->get_name()); text.starts_with(start))
      return fmt::format("{}: expected {}, not '{}'", option->get_name(), expected_by(option->get_type_name()),
                         text.substr(start.size()));
  return {};
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      line += fmt::format("\\x{:02X}", c);
    } else {
      line += c;
    }
  }
  return line;
}

std::string parse_complaint(const CLI::App& app, const std::vector<std::string>& args, const CLI::Error& error) {
  if (const std::string text = conversion_complaint(app, error); !text.empty()) return text;
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) return error.what();
  const auto owned = names_of(app);
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  for (const auto& arg : args) {
    const std::string name = arg.substr(0, arg.find('='));
    if (name.starts_with("--") && name.size() > 2 && std::ranges::find(owned, name) == owned.end())
      return fmt::format("unknown option {}{}", name,
                         nearest_name(name, names).empty() ? "" : did_you_mean(name, names));
  }
  return error.what();
}

}  // namespace circo
