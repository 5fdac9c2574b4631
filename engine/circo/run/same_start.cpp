#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include <circo/actor/serialize.hpp>
#include <circo/run/same_start.hpp>
#include <circo/run/version.hpp>

namespace circo {

namespace {

void append_text(Bytes& out, const std::string& text) {
  append(out, text.size());
  append(out, std::as_bytes(std::span{text}));
}

std::string take_text(ByteReader& in) {
  const auto bytes = in.take(in.get<std::size_t>());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string packed(const Traits& traits) {
  Bytes bytes;
  for (const auto& [name, value] : traits) {
    append_text(bytes, name);
    append_text(bytes, value);
  }
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Traits unpacked(const std::string& text) {
  Traits traits;
  for (ByteReader in{std::as_bytes(std::span{text})}; !in.empty();) {
    std::string name = take_text(in);
    traits.emplace_back(std::move(name), take_text(in));
  }
  return traits;
}

/// 64-bit FNV-1a.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

std::string described(const Traits& traits, std::size_t i) {
  if (i >= traits.size()) return "nothing more";
  const auto& [name, value] = traits[i];
  if (name.empty()) return value;
  return fmt::format("{} {}", name, value.empty() ? "''" : value);
}

}  // namespace

void require_same(const Communicator& world, const Traits& mine, const std::string& remedy) {
  if (world.size() == 1) return;
  const std::string text = packed(mine);
  const std::uint64_t hash = hash_of(text);
  std::array<std::uint64_t, 2> least{hash, ~hash};  // the other is that of the largest
  mpi_check(MPI_Allreduce(MPI_IN_PLACE, least.data(), 2, MPI_UINT64_T, MPI_MIN, world.get()));
  if (least[0] == ~least[1]) return;
  const Traits first = unpacked(world.broadcast(text, 0));
  std::optional<std::string> difference;
  for (std::size_t i = 0; i < std::max(first.size(), mine.size()) && !difference; ++i)
    if (i >= first.size() || i >= mine.size() || first[i] != mine[i])
      difference =
          fmt::format("started with {}, and rank 0 with {}; {}", described(mine, i), described(first, i), remedy);
  world.agree(difference);
}

Traits traits_of_start(const std::vector<std::string>& args, const std::string& models) {
  std::error_code none;
  Traits traits{{"circo", fmt::format("{} ({})", version(), git_hash())},
                {"the models", models},
                {"the folder", std::filesystem::current_path(none).string()}};
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool with_value = args[i].starts_with("--") && args[i].find('=') == std::string::npos &&
                            i + 1 < args.size() && !args[i + 1].starts_with("--");
    if (with_value) {
      traits.emplace_back(args[i], args[i + 1]);
      ++i;
    } else {
      traits.emplace_back("", args[i]);
    }
  }
  return traits;
}

}  // namespace circo
