#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/defaults.hpp>
#include <circo/transport/shared_blocks.hpp>

namespace {

using namespace circo;

std::uint64_t memory_of(const SharedBlock::Handle& handle) {
  struct stat status {};
  REQUIRE(fstat(handle.file, &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

/// A process may read its own blocks, too.
std::shared_ptr<std::byte[]> read_own(SharedBlock::Handle handle) { return SharedBlock::receive(getpid(), handle); }

TEST_CASE("ranks of one machine share memory") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid}) {
    const Topology topology{world, kind};
    std::vector<std::int64_t> expected(topology.neighbors().size());
    const std::int64_t mine = getpid();
    mpi_check(MPI_Neighbor_allgather(&mine, 1, MPI_INT64_T, expected.data(), 1, MPI_INT64_T, topology.comm().get()));
    CHECK(SharedBlock::sharers(topology) == expected);
  }
}

TEST_CASE("a block is its reader's until that lets it go, while others come and go and grow") {
  const std::uint64_t seed = test::test_seed();
  Random random{seed, 0};
  struct Held {
    SharedBlock::Handle handle;
    std::shared_ptr<std::byte[]> data;
    std::size_t bytes;
    std::byte value;
  };
  std::vector<Held> held;
  for (int i = 0; i < 3000; ++i) {
    const std::size_t bytes = 1 + random.below(random.below(20) == 0 ? 3'000'000 : 5000);
    SharedBlock* const block = SharedBlock::take(bytes);
    REQUIRE(block != nullptr);
    REQUIRE(block->capacity() >= bytes);
    REQUIRE(reinterpret_cast<std::uintptr_t>(block->data()) % 64 == 0);
    const auto value = static_cast<std::byte>(i);
    std::memset(block->data(), static_cast<int>(value), bytes);
    if (random.below(10) == 0) {
      block->give_back();
      continue;
    }
    const auto handle = block->hand_over();
    for (const Held& other : held) REQUIRE(other.handle.file != handle.file);
    held.push_back({handle, read_own(handle), bytes, value});
    while (held.size() > random.below(8)) {
      std::swap(held.back(), held[random.below(held.size())]);
      const auto& [_, data, size, filled] = held.back();
      REQUIRE(std::all_of(data.get(), data.get() + size, [&](std::byte byte) { return byte == filled; }));
      held.pop_back();
    }
  }
}

TEST_CASE("blocks are used again: no more of them than are in use at once, within the limit") {
  std::vector<SharedBlock*> taken;
  while (SharedBlock* const block = SharedBlock::take(100)) taken.push_back(block);
  CHECK(taken.size() == defaults::shared_blocks);
  for (SharedBlock* const block : taken) block->give_back();
  SharedBlock* const again = SharedBlock::take(100);
  REQUIRE(again != nullptr);
  again->give_back();
}

TEST_CASE("large blocks that are used no more give their memory back, and can be used again") {
  const std::size_t bytes = 2 * defaults::kept_shared_block;
  const auto use = [&](std::size_t size) {
    SharedBlock* const block = SharedBlock::take(size);
    REQUIRE(block != nullptr);
    std::memset(block->data(), 1, size);
    const auto handle = block->hand_over();
    CHECK(read_own(handle)[size - 1] == std::byte{1});
    return handle;
  };
  const auto large = use(bytes);
  CHECK(memory_of(large) >= bytes);
  for (int i = 0; i < defaults::shared_block_patience; ++i) CHECK(use(100).file != large.file);
  CHECK(memory_of(large) == 0);
  CHECK(use(bytes).file == large.file);
  CHECK(memory_of(large) >= bytes);
}

TEST_CASE("a block that is not there, or not in use, is refused") {
  CHECK_THROWS_WITH(SharedBlock::receive(getpid(), {1'000'000, 16}), doctest::Contains("--shared-memory off"));
  SharedBlock* const block = SharedBlock::take(100);
  const auto handle = block->hand_over();
  read_own(handle);
  CHECK_THROWS_WITH(read_own(handle), doctest::Contains("not in use"));
}

}  // namespace
