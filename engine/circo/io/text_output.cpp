#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/text_output.hpp>

namespace circo {

TextOutput::TextOutput(const std::filesystem::path& path) : path_{path}, file_{std::fopen(path.c_str(), "w")} {
  if (!file_) fail();
}

void TextOutput::write(std::string_view text) {
  if (!file_) return;
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0) fail();
}

void TextOutput::close() {
  if (file_ && std::fclose(file_.release()) != 0) fail();
}

void TextOutput::fail() const {
  throw Error(fmt::format("cannot write {}: {}; make room or choose another folder with --out", path_.string(),
                          std::strerror(errno)));
}

}  // namespace circo
