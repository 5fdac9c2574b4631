#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include <circo/error.hpp>
#include <circo/io/text_output.hpp>

namespace circo {

TextOutput::TextOutput(const std::filesystem::path& path) : path_{path}, file_{std::fopen(path.c_str(), "w")} {
  if (!file_) fail();
}

void TextOutput::write(std::string_view text) {
  if (!file_) return;
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() && std::fflush(file_.get()) == 0) {
    complete_ += static_cast<std::int64_t>(text.size());
    return;
  }
  const int reason = errno;
  // What is left of the text is taken back, now and from the buffer, so that the file ends with what was complete.
  const int copy = dup(fileno(file_.get()));
  file_.reset();
  if (copy >= 0) {
    [[maybe_unused]] const int ignored = ftruncate(copy, complete_);
    ::close(copy);
  }
  errno = reason;
  fail();
}

void TextOutput::rename(const std::filesystem::path& path) {
  std::filesystem::rename(path_, path);
  path_ = path;
}

void TextOutput::close() {
  if (file_ && std::fclose(file_.release()) != 0) fail();
}

void TextOutput::fail() const {
  throw Error(fmt::format("cannot write {}: {}; make room or choose another folder with --out", path_.string(),
                          std::strerror(errno)));
}

}  // namespace circo
