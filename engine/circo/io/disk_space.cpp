#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <circo/error.hpp>
#include <circo/io/disk_space.hpp>

namespace circo {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

constexpr double mebibyte = 1024.0 * 1024.0;

}  // namespace

DiskSpace::DiskSpace(const std::filesystem::path& path) {
  do {
    descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) throw Error(reason(errno));
}

DiskSpace::~DiskSpace() {
  if (descriptor_ < 0) return;
  release();
  close(descriptor_);
}

DiskSpace::DiskSpace(DiskSpace&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, before_{other.before_}, extended_{other.extended_} {}

DiskSpace& DiskSpace::operator=(DiskSpace&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(before_, other.before_);
  std::swap(extended_, other.extended_);
  return *this;
}

void DiskSpace::check_place(const std::filesystem::path& path) const {
  struct stat file {};
  struct stat now {};
  if (fstat(descriptor_, &file) != 0) throw Error(reason(errno));
  if (stat(path.c_str(), &now) != 0 || now.st_ino != file.st_ino || now.st_dev != file.st_dev)
    throw Error(
        "it has been removed, moved or replaced meanwhile; expected it to stay in its place until the run ends");
}

void DiskSpace::claim(std::uint64_t bytes) {
  release();
  struct stat file {};
  struct statvfs disk {};
  if (fstat(descriptor_, &file) != 0 || fstatvfs(descriptor_, &disk) != 0) throw Error(reason(errno));
  // Looked at first: some file systems fill the disk to the brim before fallocate fails, to everybody's harm.
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free < bytes) {
    throw Error(fmt::format("{} ({:.1f} MiB needed, {:.1f} MiB free); free some, or choose another folder",
                            reason(ENOSPC), static_cast<double>(bytes) / mebibyte,
                            static_cast<double>(free) / mebibyte));
  }
#ifdef FALLOC_FL_KEEP_SIZE
  int result;
  do {
    result = fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, file.st_size, static_cast<off_t>(bytes));
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) {
    const int code = errno;
    release();
    throw Error(reason(code));
  }
#endif
  before_ = file.st_size;
  extended_ = before_ + static_cast<std::int64_t>(bytes);
  if (ftruncate(descriptor_, extended_) != 0) throw Error(reason(errno));
}

void DiskSpace::release() noexcept {
  struct stat file {};
  if (descriptor_ < 0 || fstat(descriptor_, &file) != 0) return;
  // Cutting a file to the size that it has frees the blocks behind its end; if not, they stay the file's: no harm.
  [[maybe_unused]] const int ignored = ftruncate(descriptor_, file.st_size == extended_ ? before_ : file.st_size);
  extended_ = -1;
}

}  // namespace circo
