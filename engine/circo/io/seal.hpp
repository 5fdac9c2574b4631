#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <circo/transport/mpi.hpp>

namespace circo {

/// A seal is the first `seal_bytes` bytes of a file: length and checksum of all that follows, and of itself. It is
/// written last, so a file with a right seal is complete, and no byte of it has changed since. HDF5 leaves room for it
/// (H5Pset_userblock) and need not be asked to read a damaged file, which it does not survive in all cases.
inline constexpr std::uint64_t seal_bytes = 512;

/// *Collective.* Seals a complete file whose first `seal_bytes` bytes are free, and brings all of it to the disk
/// (fsync). Each rank reads its share of the file. Throws Error on all ranks.
void seal_file(const Communicator& world, const std::filesystem::path& path);

/// *Collective.* What is wrong with a sealed file; nothing when it is as it was sealed. The same on every rank.
std::optional<std::string> seal_complaint(const Communicator& world, const std::filesystem::path& path);

}  // namespace circo
