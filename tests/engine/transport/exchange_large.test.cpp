// A batch over 2 GiB: MPI's counts are int, so it travels in pieces.

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <doctest/doctest.h>

#include <circo/defaults.hpp>
#include <circo/transport/exchange.hpp>

namespace {

using namespace circo;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

/// Memory that can be had without swapping, in bytes (Linux: MemAvailable); 0 when it is not known.
std::uint64_t available_memory() {
  std::FILE* file = std::fopen("/proc/meminfo", "r");
  if (file == nullptr) return 0;
  char line[256];
  unsigned long long kibibytes = 0;
  while (std::fgets(line, sizeof line, file) != nullptr)
    if (std::sscanf(line, "MemAvailable: %llu kB", &kibibytes) == 1) break;
  std::fclose(file);
  return std::uint64_t{kibibytes} << 10;
}

TEST_CASE("a section over 2 GiB arrives whole, behind a small one") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  REQUIRE(world.size() == 2);
  const std::int64_t lacking = available_memory() < 8 * gibibyte ? 1 : 0;
  if (world.sum(lacking) != 0) {
    MESSAGE("skipped: needs 8 GiB of free memory, has " << (available_memory() >> 20) << " MiB");
    return;
  }
  constexpr std::uint64_t words = (2 * gibibyte + (std::uint64_t{64} << 20)) / 8 + 3;
  const Layout layout{2, world.rank(), 1};
  const Topology topology{world, TopologyKind::complete};
  Exchange exchange{topology, layout, {defaults::first_block_bytes, defaults::transfer_bytes, false}};
  if (world.rank() == 0) {
    std::ranges::fill(exchange.add({0, 1, 100, 1}), std::byte{7});
    auto room = exchange.add({0, 1, 8 * words, words});
    for (std::uint64_t i = 0; i < words; ++i) {
      const std::uint64_t word = i * 0x9E3779B97F4A7C15ull;
      std::memcpy(room.data() + 8 * i, &word, 8);
    }
  }
  exchange.start();
  const auto arrived = exchange.finish();
  if (world.rank() == 0) {
    CHECK(arrived.empty());
    CHECK(exchange.bytes_sent() > 2 * gibibyte);
    return;
  }
  REQUIRE(arrived.size() == 2);
  CHECK(arrived[0].data.size() == 100);
  CHECK(arrived[1].head.count == words);
  REQUIRE(arrived[1].data.size() == 8 * words);
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < words; ++i) {
    std::uint64_t word;
    std::memcpy(&word, arrived[1].data.data() + 8 * i, 8);
    wrong += word != i * 0x9E3779B97F4A7C15ull;
  }
  CHECK(wrong == 0);
}

}  // namespace
