#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/text_file.hpp>

namespace circo {

namespace {

std::string system_message(int code) { return std::generic_category().message(code); }

struct Magic {
  std::string_view bytes;
  std::string_view name;
  std::string_view remedy;
};
constexpr Magic compressed[] = {{"\x1f\x8b", "gzip", "gunzip -k"},
                                {"BZh", "bzip2", "bunzip2 -k"},
                                {"\xfd"
                                 "7zXZ",
                                 "xz", "unxz -k"},
                                {"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
                                {"PK\x03\x04", "zip", "unzip"}};

}  // namespace

TextFile::TextFile(std::filesystem::path path, std::size_t block_bytes)
    : path_{std::move(path)}, buffer_(std::max<std::size_t>(block_bytes, 16)) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored))
    fail_file("is a directory; expected a graph file; name a file in it");
  errno = 0;
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (!file_) {
    fail_file(fmt::format("cannot be opened ({}); expected a readable graph file; check its name and permissions",
                          system_message(errno)));
  }
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  if (const auto size = std::filesystem::file_size(path_, ignored); !ignored) bytes_ = size;
  fill();
  check_first_block();
  if (std::string_view{buffer_.data(), end_}.starts_with("\xEF\xBB\xBF")) begin_ = 3;  // UTF-8's byte order mark
}

void TextFile::check_first_block() const {
  const std::string_view block{buffer_.data(), end_};
  if (block.empty()) fail_file("is empty; expected a graph; check how it was written");
  for (const auto& magic : compressed) {
    if (block.starts_with(magic.bytes)) {
      fail_file(fmt::format("is compressed by {}; expected plain text; unpack it first: {} {}", magic.name,
                            magic.remedy, path_.string()));
    }
  }
  const auto is_binary = [](char c) { return static_cast<unsigned char>(c) < 32 && (c < '\t' || c > '\r'); };
  if (const auto bad = std::ranges::find_if(block, is_binary); bad != block.end()) {
    fail_file(
        fmt::format("is no text (byte {} is {}); expected an edge list, a METIS graph or a Matrix Market matrix as "
                    "plain text; give such a file",
                    bad - block.begin(), in_quotes({bad, bad + 1})));
  }
}

bool TextFile::next() {
  std::size_t searched = begin_;
  for (;;) {
    const char* const start = buffer_.data() + begin_;
    const void* const found = end_ > searched ? std::memchr(buffer_.data() + searched, '\n', end_ - searched) : nullptr;
    if (found || at_end_) {
      if (!found && begin_ == end_) return false;
      auto length = found ? static_cast<std::size_t>(static_cast<const char*>(found) - start) : end_ - begin_;
      const std::size_t consumed = length + (found ? 1 : 0);
      if (length > 0 && start[length - 1] == '\r') --length;
      line_ = {start, length};
      begin_ += consumed;
      bytes_read_ += consumed;
      ++line_number_;
      return true;
    }
    const std::size_t unfinished = end_ - begin_;
    fill();
    searched = begin_ + unfinished;
  }
}

void TextFile::fill() {
  const std::size_t unfinished = end_ - begin_;
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, unfinished);
  begin_ = 0;
  end_ = unfinished;
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  errno = 0;
  const std::size_t got = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  end_ += got;
  if (got == 0) {
    if (std::ferror(file_.get())) {
      fail_file(fmt::format("cannot be read after line {} ({}); expected a readable graph file; check the disk",
                            line_number_, system_message(errno)));
    }
    at_end_ = true;
  }
}

void TextFile::fail(std::uint64_t line_number, std::string_view message) const {
  throw Error{fmt::format("{}:{}: {}", path_.string(), line_number, message)};
}

void TextFile::fail_file(std::string_view message) const {
  throw Error{fmt::format("{}: {}", path_.string(), message)};
}

std::string_view LineFields::word() {
  const char* field_end = at_;
  while (!is_end_of_field(field_end)) ++field_end;
  const std::string_view field{at_, field_end};
  finish_field(field_end);
  return field;
}

std::uint64_t LineFields::whole(std::string_view expected) {
  std::uint64_t value = 0;
  const auto [field_end, error] = std::from_chars(at_, end_, value);
  if (error != std::errc{} || !is_end_of_field(field_end)) fail(expected);
  finish_field(field_end);
  return value;
}

double LineFields::real(std::string_view expected) {
  // Most weights are short whole numbers, exact in a double: several times faster than the general way.
  std::uint64_t digits = 0;
  const char* field_end = at_;
  while (field_end != end_ && *field_end >= '0' && *field_end <= '9' && field_end - at_ < 15) {
    digits = 10 * digits + static_cast<std::uint64_t>(*field_end++ - '0');
  }
  auto value = static_cast<double>(digits);
  if (field_end == at_ || !is_end_of_field(field_end)) {
    const bool plus = end_ - at_ > 1 && at_[0] == '+' && at_[1] != '-';  // from_chars knows no plus
    const auto [parsed_end, error] = std::from_chars(at_ + (plus ? 1 : 0), end_, value);
    if (error != std::errc{} || !is_end_of_field(parsed_end) || !std::isfinite(value)) fail(expected);
    field_end = parsed_end;
  }
  finish_field(field_end);
  return value;
}

void LineFields::finish_field(const char* field_end) {
  at_ = field_end;
  skip_blanks();
  if (commas_ && at_ != end_ && *at_ == ',') {
    ++at_;
    skip_blanks();
    if (at_ == end_) fail("another number after the comma");
  }
}

void LineFields::fail(std::string_view expected) const {
  const char* field_end = at_;
  while (!is_end_of_field(field_end)) ++field_end;
  file_.fail(fmt::format("found {}; expected {}", at_ == end_ ? "the end of the line" : in_quotes({at_, field_end}),
                         expected));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  constexpr char hex[] = "0123456789abcdef";
  std::string result = "'";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127) {
      result += c;
    } else {
      result += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return result + (text.size() > longest ? "...'" : "'");
}

}  // namespace circo
