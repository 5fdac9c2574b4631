#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace circo {

/// A parameter of a graph specification NAME:key=value,key=value.
struct GraphParameter {
  std::string_view name;
  std::string_view
      fallback;  ///< its value when not given; the name of an earlier parameter stands for that one's value
  std::string_view meaning;
};

/// The values of a specification's parameters. Every error is a circo::Error that names the specification.
class GraphParameters {
 public:
  /// `list`: what follows the colon. Items are key=value, parted by commas; a first item without '=' gives the leading
  /// parameters in order, parted by x as in 100x100. Throws when a parameter is unknown (suggests the nearest, lists
  /// all) or given twice.
  GraphParameters(std::string_view name, std::string_view list, std::span<const GraphParameter> known);

  bool given(std::string_view name) const { return values_[index(name)].has_value(); }
  /// The value as given, or its fallback.
  std::string_view text(std::string_view name) const;
  /// A whole number in [least, most].
  std::uint64_t whole(std::string_view name, std::uint64_t least, std::uint64_t most) const;
  /// A number in [least, most].
  double real(std::string_view name, double least, double most) const;
  /// yes or no.
  bool flag(std::string_view name) const;

  /// Throws circo::Error "NAME: parameter KEY is 'VALUE'; expected `expected`; mend it".
  [[noreturn]] void refuse(std::string_view name, const std::string& expected) const;

 private:
  std::size_t index(std::string_view name) const;
  void give(std::size_t parameter, std::string_view value);

  std::string_view name_;
  std::span<const GraphParameter> known_;
  std::vector<std::optional<std::string_view>> values_;  // [known]
};

}  // namespace circo
