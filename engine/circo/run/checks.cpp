#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include <circo/nearest_name.hpp>
#include <circo/run/checks.hpp>

namespace circo {

namespace {

template <class Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size();
}

template <class Number>
std::string range(Number least, Number most, Number unlimited) {
  return most < unlimited ? fmt::format("from {} to {}", least, most) : fmt::format("of at least {}", least);
}

}  // namespace

CLI::Validator whole(std::uint64_t least, std::uint64_t most) {
  const std::string expected = fmt::format("expected a whole number {}", range(least, most, std::uint64_t{1} << 40));
  return CLI::Validator{[=](std::string& text) {
                          std::uint64_t value = 0;
                          const bool right = parse(text, value) && value >= least && value <= most;
                          return right ? std::string{} : fmt::format("{}, not '{}'", expected, text);
                        },
                        ""};
}

CLI::Validator real(double least, double most) {
  const std::string expected = fmt::format("expected a number {}", range(least, most, 1e300));
  return CLI::Validator{[=](std::string& text) {
                          double value = 0;
                          const bool right =
                              parse(text, value) && std::isfinite(value) && value >= least && value <= most;
                          return right ? std::string{} : fmt::format("{}, not '{}'", expected, text);
                        },
                        ""};
}

CLI::Validator size() {
  return CLI::Validator{[](std::string& text) {
                          std::uint64_t value = 0;
                          const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
                          const bool right = code == std::errc{} && value < std::uint64_t{1} << 60;
                          return right ? std::string{} : fmt::format("expected a size, as in 4GiB, not '{}'", text);
                        },
                        ""};
}

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator{[words = std::move(words)](std::string& text) {
                          if (std::ranges::find(words, text) != words.end()) return std::string{};
                          const std::vector<std::string_view> names(words.begin(), words.end());
                          const std::string hint = did_you_mean(text, names);
                          return fmt::format("'{}' is not one of {}{}", text, listed(names), hint);
                        },
                        ""};
}

}  // namespace circo
