#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <circo/error.hpp>
#include <circo/io/plain_file.hpp>

namespace circo {

namespace {

[[noreturn]] void fail() { throw Error(std::generic_category().message(errno)); }

/// Calls `transfer(offset, bytes left)` until all is done, as the system may do less at once.
template <class Transfer>
void in_parts(std::uint64_t offset, std::size_t bytes, Transfer&& transfer) {
  while (bytes > 0) {
    const ssize_t done = transfer(static_cast<off_t>(offset), bytes);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail();
    if (done == 0) throw Error("it ends early");
    offset += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

}  // namespace

PlainFile::PlainFile(const std::filesystem::path& path, Access access)
    : descriptor_{open(path.c_str(), (access == read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC)} {
  if (descriptor_ < 0) fail();
}

PlainFile::~PlainFile() { close(descriptor_); }

std::uint64_t PlainFile::size() const {
  struct stat file {};
  if (fstat(descriptor_, &file) != 0) fail();
  return static_cast<std::uint64_t>(file.st_size);
}

void PlainFile::read(std::uint64_t from, std::span<std::byte> to) const {
  in_parts(from, to.size(),
           [&](off_t at, std::size_t left) { return pread(descriptor_, to.data() + (to.size() - left), left, at); });
}

void PlainFile::write(std::uint64_t to, std::span<const std::byte> from) const {
  in_parts(to, from.size(), [&](off_t at, std::size_t left) {
    return pwrite(descriptor_, from.data() + (from.size() - left), left, at);
  });
}

void PlainFile::sync() const {
  int result;
  do {
    result = fsync(descriptor_);
  } while (result != 0 && errno == EINTR);
  if (result != 0) fail();
}

}  // namespace circo
