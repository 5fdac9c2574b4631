#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace circo {

/// A file as bytes, by the system's own calls. Local. Throws Error with the system's reason.
class PlainFile {
 public:
  enum Access { read_only, read_write };
  /// Opens a file, or with read_only a folder, that is there.
  PlainFile(const std::filesystem::path& path, Access access);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  std::uint64_t size() const;
  void read(std::uint64_t from, std::span<std::byte> to) const;
  void write(std::uint64_t to, std::span<const std::byte> from) const;
  /// What has been written is on the disk when it returns.
  void sync() const;

 private:
  int descriptor_;
};

}  // namespace circo
