#pragma once

#include <string_view>

namespace circo {

/// The name of a type without its namespaces, as in "TreeNode" (at compile time).
template <class T>
constexpr std::string_view type_name() {
  std::string_view name = __PRETTY_FUNCTION__;  // "... type_name() [with T = ns::X; std::string_view = ...]"
  name.remove_prefix(name.find("T = ") + 4);
  name = name.substr(0, name.find_first_of(";]"));
  if (auto arguments = name.find('<'); arguments != std::string_view::npos) {
    if (auto colon = name.substr(0, arguments).rfind("::"); colon != std::string_view::npos)
      name.remove_prefix(colon + 2);
  } else if (auto colon = name.rfind("::"); colon != std::string_view::npos) {
    name.remove_prefix(colon + 2);
  }
  return name;
}

}  // namespace circo
