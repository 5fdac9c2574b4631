#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace circo {

/// A text file that is written and must not lose anything silently: each write is flushed; when it fails (full disk)
/// it throws Error, and the file keeps what was written before, no part of it.
class TextOutput {
 public:
  TextOutput() = default;
  explicit TextOutput(const std::filesystem::path& path);
  void write(std::string_view text);
  void close();
  /// Takes the place of a file that may be there. Throws std::filesystem::filesystem_error.
  void rename(const std::filesystem::path& path);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail() const;
  std::filesystem::path path_;
  std::int64_t complete_ = 0;  // bytes that have been written for good
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace circo
