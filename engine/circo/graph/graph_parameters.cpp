#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/graph_parameters.hpp>
#include <circo/graph/text_file.hpp>
#include <circo/nearest_name.hpp>

namespace circo {

namespace {

std::string_view cut(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return head;
}

template <class Number>
bool parse(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

GraphParameters::GraphParameters(std::string_view name, std::string_view list, std::span<const GraphParameter> known)
    : name_{name}, known_{known}, values_(known.size()) {
  for (bool first = true; !list.empty(); first = false) {
    std::string_view value = cut(list, ',');
    if (first && value.find('=') == std::string_view::npos) {
      for (std::size_t parameter = 0; !value.empty(); ++parameter) {
        if (parameter == known_.size()) {
          throw Error{fmt::format("{}: found more than {} values parted by x; expected one a parameter; remove some",
                                  name_, known_.size())};
        }
        give(parameter, cut(value, 'x'));
      }
      continue;
    }
    const std::string_view key = cut(value, '=');
    const auto match = std::ranges::find(known_, key, &GraphParameter::name);
    if (match == known_.end()) {
      std::vector<std::string_view> names;
      for (const auto& parameter : known_) names.push_back(parameter.name);

      throw Error{fmt::format("{}: unknown parameter {}{}; expected one of: {}", name_, in_quotes(key),
                              did_you_mean(key, names), listed(names))};
    }
    give(static_cast<std::size_t>(match - known_.begin()), value);
  }
}

void GraphParameters::give(std::size_t parameter, std::string_view value) {
  if (values_[parameter]) {
    throw Error{fmt::format("{}: parameter {} is given twice; expected one value; remove the other", name_,
                            known_[parameter].name)};
  }
  values_[parameter] = value;
}

std::size_t GraphParameters::index(std::string_view name) const {
  const auto match = std::ranges::find(known_, name, &GraphParameter::name);
  if (match == known_.end()) throw std::logic_error{"no graph parameter is called " + std::string{name}};
  return static_cast<std::size_t>(match - known_.begin());
}

std::string_view GraphParameters::text(std::string_view name) const {
  const std::size_t parameter = index(name);
  if (const auto& given = values_[parameter]) return *given;
  const std::string_view fallback = known_[parameter].fallback;
  const auto earlier = known_.first(parameter);
  return std::ranges::find(earlier, fallback, &GraphParameter::name) != earlier.end() ? text(fallback) : fallback;
}

std::uint64_t GraphParameters::whole(std::string_view name, std::uint64_t least, std::uint64_t most) const {
  std::uint64_t value = 0;
  if (!parse(text(name), value) || value < least || value > most) {
    refuse(name, fmt::format("a whole number from {} to {}", least, most));
  }
  return value;
}

double GraphParameters::real(std::string_view name, double least, double most) const {
  double value = 0;
  if (!parse(text(name), value) || !(value >= least && value <= most)) {
    refuse(name, fmt::format("a number from {} to {}", least, most));
  }
  return value;
}

bool GraphParameters::flag(std::string_view name) const {
  const std::string_view value = text(name);
  if (value != "yes" && value != "no") refuse(name, "yes or no");
  return value == "yes";
}

void GraphParameters::refuse(std::string_view name, const std::string& expected) const {
  throw Error{
      fmt::format("{}: parameter {} is {}; expected {}; mend it", name_, name, in_quotes(text(name)), expected)};
}

}  // namespace circo
