#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace circo {

/// A text file read line by line in big blocks; works on pipes too. Memory: a block, or the longest line if that is
/// more.
class TextFile {
 public:
  static constexpr std::size_t default_block_bytes = std::size_t{4} << 20;

  /// Throws circo::Error when the file is missing, unreadable, a directory, empty, compressed or no text.
  explicit TextFile(std::filesystem::path path, std::size_t block_bytes = default_block_bytes);

  /// Goes to the next line; false at the end of the file.
  bool next();
  /// The current line without its end (LF or CR LF); valid until the next call of next().
  std::string_view line() const { return line_; }
  std::uint64_t line_number() const { return line_number_; }  ///< from 1

  /// What was read from the file after the current line: at first, the beginning of the file.
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  const std::filesystem::path& path() const { return path_; }
  std::uint64_t bytes() const { return bytes_; }            ///< of the file; 0 when not known (a pipe)
  std::uint64_t bytes_read() const { return bytes_read_; }  ///< up to the end of the current line

  /// Throws circo::Error "FILE:LINE: message" for the current line.
  [[noreturn]] void fail(std::string_view message) const { fail(line_number_, message); }
  [[noreturn]] void fail(std::uint64_t line_number, std::string_view message) const;
  /// Throws circo::Error "FILE: message".
  [[noreturn]] void fail_file(std::string_view message) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void fill();
  void check_first_block() const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of the unread part of the buffer
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::string_view line_;
  std::uint64_t line_number_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_read_ = 0;
};

/// Reads the numbers of a TextFile's current line one after another. Blanks and tabs part them; so does one comma, if
/// allowed.
class LineFields {
 public:
  LineFields(const TextFile& file, bool commas)
      : file_{file}, at_{file.line().data()}, end_{at_ + file.line().size()}, commas_{commas} {
    skip_blanks();
  }

  bool done() const { return at_ == end_; }
  /// The next field as text; empty at the end of the line.
  std::string_view word();
  /// The next field as a whole number in [0, 2^64). Throws circo::Error that says `expected` otherwise.
  std::uint64_t whole(std::string_view expected);
  /// The next field as a finite number. Throws circo::Error that says `expected` otherwise.
  double real(std::string_view expected);
  /// Throws circo::Error "FILE:LINE: found '...'; expected `expected`" about the next field.
  [[noreturn]] void fail(std::string_view expected) const;

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  bool is_end_of_field(const char* at) const { return at == end_ || is_blank(*at) || (commas_ && *at == ','); }
  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  void finish_field(const char* field_end);

  const TextFile& file_;
  const char* at_;
  const char* end_;
  bool commas_;
};

/// `text` in quotes for an error message: control characters and bytes beyond ASCII as \xNN, cut when it is long.
std::string in_quotes(std::string_view text);

}  // namespace circo
