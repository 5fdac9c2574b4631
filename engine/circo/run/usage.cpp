#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <circo/nearest_name.hpp>
#include <circo/run/usage.hpp>

namespace circo {

std::string unknown_option(const CLI::App& app, const std::vector<std::string>& args, const CLI::Error& error) {
  std::vector<std::string> owned;
  for (const CLI::Option* option : app.get_options())
    owned.push_back(option->get_name(false, true).substr(0, option->get_name(false, true).find(',')));
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  for (const auto& arg : args) {
    const std::string name = arg.substr(0, arg.find('='));
    if (name.starts_with("--") && std::ranges::find(owned, name) == owned.end() && name != "--config" &&
        name != "--help")
      return fmt::format("unknown option {}{}", name,
                         nearest_name(name, names).empty() ? "" : did_you_mean(name, names));
  }
  return error.what();
}

}  // namespace circo
