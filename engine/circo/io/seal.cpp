#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <circo/actor/random.hpp>
#include <circo/defaults.hpp>
#include <circo/io/plain_file.hpp>
#include <circo/io/seal.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

struct Seal {
  std::array<char, 24> mark;
  std::uint64_t bytes;     // of the whole file
  std::uint64_t contents;  // checksum of what follows the seal
  std::array<char, seal_bytes - 48> unused;
  std::uint64_t self;  // checksum of all above
};
static_assert(sizeof(Seal) == seal_bytes);

constexpr std::array<char, 24> mark{"circo checkpoint, seal\n"};

/// Any damage within 8 bytes changes it, other damage leaves it as it was with a chance of 2^-64: `mix` is a bijection.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = bytes.size();
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(8, bytes.size()))) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), std::min<std::size_t>(8, bytes.size()));
    sum = mix(sum ^ word) + 1;
  }
  return sum;
}

std::uint64_t own_checksum(const Seal& seal) {
  return checksum(std::as_bytes(std::span{&seal, 1}).first(sizeof(Seal) - sizeof seal.self));
}

/// *Collective.* Of what follows the seal, slice by slice, each rank its share of them.
std::uint64_t contents_checksum(const Communicator& world, const PlainFile& file, std::uint64_t bytes) {
  const std::uint64_t slice = defaults::slice_bytes;
  std::vector<std::int64_t> sums((bytes - seal_bytes + slice - 1) / slice, 0);
  std::optional<std::string> failure;
  try {
    std::vector<std::byte> buffer(std::min(slice, bytes));
    for (auto i = static_cast<std::size_t>(world.rank()); i < sums.size();
         i += static_cast<std::size_t>(world.size())) {
      const std::uint64_t begin = seal_bytes + i * slice;
      const std::span part = std::span{buffer}.first(std::min(slice, bytes - begin));
      file.read(begin, part);
      sums[i] = std::bit_cast<std::int64_t>(checksum(part));
    }
  } catch (...) {
    failure = what_of(std::current_exception());
  }
  world.agree(failure);
  world.sum(sums);
  return checksum(std::as_bytes(std::span{sums}));
}

}  // namespace

void seal_file(const Communicator& world, const std::filesystem::path& path) {
  std::optional<PlainFile> file;
  // Each rank: its own node may still hold what it has written.
  together(world, "sync " + path.string(), [&] { file.emplace(path, PlainFile::read_write).sync(); });
  const auto bytes = static_cast<std::uint64_t>(world.max(static_cast<double>(file->size())));
  Seal seal{};
  seal.mark = mark;
  seal.bytes = bytes;
  seal.contents = contents_checksum(world, *file, bytes);
  seal.self = own_checksum(seal);
  together(world, "seal " + path.string(), [&] {
    if (world.rank() != 0) return;
    file->write(0, std::as_bytes(std::span{&seal, 1}));
    file->sync();
  });
}

std::optional<std::string> seal_complaint(const Communicator& world, const std::filesystem::path& path) {
  try {
    std::optional<PlainFile> file;
    Seal seal{};
    together(world, "read " + path.string(), [&] {
      file.emplace(path, PlainFile::read_only);
      if (file->size() < seal_bytes) throw Error("it has no beginning, as if its writing had been cut short");
      file->read(0, std::as_writable_bytes(std::span{&seal, 1}));
      if (seal.mark != mark) throw Error("it has no seal: it is not complete, or no checkpoint");
      if (seal.self != own_checksum(seal)) throw Error("its seal is damaged");
      if (seal.bytes != file->size())
        throw Error(fmt::format("it has {} bytes and was sealed with {}", file->size(), seal.bytes));
    });
    if (contents_checksum(world, *file, seal.bytes) != seal.contents)
      return fmt::format("{} is damaged: its checksum is not the one that it was sealed with", path.string());
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace circo
