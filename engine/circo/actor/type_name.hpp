#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace circo {

/// The name of a type with its namespaces, as in "models::TreeNode" (at compile time).
template <class T>
constexpr std::string_view full_type_name() {
  std::string_view name = __PRETTY_FUNCTION__;  // "... full_type_name() [with T = ns::X; std::string_view = ...]"
  name.remove_prefix(name.find("T = ") + 4);
  return name.substr(0, name.find_first_of(";]"));
}

/// The same without namespaces, as in "TreeNode".
template <class T>
constexpr std::string_view type_name() {
  std::string_view name = full_type_name<T>();
  if (auto arguments = name.find('<'); arguments != std::string_view::npos) {
    if (auto colon = name.substr(0, arguments).rfind("::"); colon != std::string_view::npos)
      name.remove_prefix(colon + 2);
  } else if (auto colon = name.rfind("::"); colon != std::string_view::npos) {
    name.remove_prefix(colon + 2);
  }
  return name;
}

/// The short names, but full ones where several are alike.
template <std::size_t n>
constexpr std::array<std::string_view, n> told_apart(const std::array<std::string_view, n>& names,
                                                     const std::array<std::string_view, n>& full_names) {
  std::array<std::string_view, n> apart = names;
  for (std::size_t i = 0; i < n; ++i)
    if (std::ranges::count(names, names[i]) > 1) apart[i] = full_names[i];
  return apart;
}

}  // namespace circo
