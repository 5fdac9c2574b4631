#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <unistd.h>

#include <circo/error.hpp>

namespace circo::test {

/// A folder of this process alone, removed in the end.
class Scratch {
 public:
  Scratch() {
    static std::atomic<int> made{0};
    folder_ = std::filesystem::temp_directory_path() /
              ("circo-test-" + std::to_string(getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path path(std::string_view name) const { return folder_ / name; }
  std::filesystem::path write(std::string_view name, std::string_view text) const {
    std::ofstream{path(name), std::ios::binary} << text;
    return path(name);
  }

 private:
  std::filesystem::path folder_;
};

/// The text of the circo::Error that `action` throws; empty when it throws none.
template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// Checks that `text` contains each of `parts`.
template <class... Parts>
void check_contains(const std::string& text, const Parts&... parts) {
  for (const std::string_view part : {std::string_view{parts}...}) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, "in: '" << text << "' expected: '" << part << "'");
  }
}

}  // namespace circo::test
