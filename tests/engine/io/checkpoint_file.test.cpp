#include <csignal>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "engine/io/scratch_folder.hpp"
#include "engine/test_seed.hpp"
#include <circo/defaults.hpp>
#include <circo/io/checkpoint_file.hpp>
#include <circo/io/checkpoint_folder.hpp>
#include <circo/io/seal.hpp>

namespace {

using namespace circo;
namespace fs = std::filesystem;

/// Block b of rank r: parts of lengths that depend on both, over a slice in one case.
std::uint64_t part_bytes(std::size_t block, std::size_t part) {
  return block == 1 && part == 1 ? defaults::slice_bytes + 100 : 8 * block + 3 * part;
}
std::byte value_at(std::size_t block, std::size_t part, std::uint64_t i) {
  return static_cast<std::byte>(block * 31 + part * 7 + i * 13 + (i >> 8));
}

CheckpointHead make_head(std::size_t blocks) {
  CheckpointHead head;
  head.version = std::string{"0.1"};
  head.model = "list";
  head.config = "seed=1\n";
  head.types = "actor A 8\n";
  head.superstep = std::uint64_t{1} << 40;
  head.epoch = 7;
  head.common = Bytes(1000, std::byte{3});
  head.addresses = {5, 6};
  std::uint64_t at = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    CheckpointBlock& block = head.blocks.emplace_back();
    block.actors = b;
    block.at[0] = at;
    for (std::size_t p = 0; p < checkpoint_parts; ++p) block.at[p + 1] = at += part_bytes(b, p);
  }
  return head;
}

void write(const Communicator& world, const fs::path& path) {
  const auto rank = static_cast<std::size_t>(world.rank());
  write_checkpoint(world, path, make_head(2 * static_cast<std::size_t>(world.size())), 2 * rank, 2,
                   [](StateWriter& out, std::size_t block) {
                     for (std::size_t part = 0; part < checkpoint_parts; ++part)
                       for (std::uint64_t i = 0; i < part_bytes(block, part); ++i) out.put(value_at(block, part, i));
                   });
}

/// Whether all ranks read what was written.
bool reads_back(const Communicator& world, const fs::path& path) {
  const CheckpointFile file{world, path};
  const CheckpointHead head = make_head(2 * static_cast<std::size_t>(world.size()));
  bool same = file.head().config == head.config && file.head().types == head.types &&
              file.head().superstep == head.superstep && file.head().epoch == head.epoch &&
              file.head().common == head.common && file.head().addresses == head.addresses;
  for (std::size_t block = 0; block < head.blocks.size(); ++block) {
    for (std::size_t part = 0; part < checkpoint_parts; ++part) {
      const auto in = file.part(block, static_cast<CheckpointPart>(part));
      for (std::uint64_t i = 0; i < part_bytes(block, part); ++i)
        same = same && in->get<std::byte>() == value_at(block, part, i);
      CHECK_THROWS_AS(in->get<std::byte>(), Error);
    }
  }
  return world.sum(same ? 0 : 1) == 0;
}

TEST_CASE("a checkpoint reads back as it was written, and only a complete one has its name") {
  const ScratchFolder scratch;
  const auto path = scratch / "checkpoint" / "superstep-1.h5";
  write(scratch.comm(), path);
  CHECK(!fs::exists(path.string() + ".part"));
  CHECK(!seal_complaint(scratch.comm(), path));
  CHECK(reads_back(scratch.comm(), path));
}

TEST_CASE("any byte that is changed, and any cut, is found") {
  const ScratchFolder scratch;
  const auto& world = scratch.comm();
  const auto path = scratch / "a.h5";
  write(world, path);
  const std::uint64_t bytes = fs::file_size(path);
  std::mt19937_64 random{test::test_seed()};
  for (int i = 0; i < 100; ++i) {
    // One in ten where the seal is.
    const std::uint64_t at = random() % (i % 10 == 0 ? seal_bytes : bytes);
    const int flip = 1 + static_cast<int>(random() % 255);
    auto change = [&] {
      MPI_Barrier(world.get());
      if (world.rank() == 0) {
        std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
        file.seekg(static_cast<std::streamoff>(at));
        const int value = file.get();
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(value ^ flip));
      }
      MPI_Barrier(world.get());
    };
    change();
    CAPTURE(at);
    CHECK(seal_complaint(world, path));
    change();
  }
  CHECK(!seal_complaint(world, path));
  for (const std::uint64_t size : {bytes - 1, bytes / 2, seal_bytes, seal_bytes - 1, std::uint64_t{0}}) {
    MPI_Barrier(world.get());
    if (world.rank() == 0) fs::resize_file(path, size);
    MPI_Barrier(world.get());
    CAPTURE(size);
    CHECK(seal_complaint(world, path));
  }
  MPI_Barrier(world.get());
  if (world.rank() == 0) fs::remove(path);
  MPI_Barrier(world.get());
  CHECK(seal_complaint(world, path));
}

TEST_CASE("of several the newest is taken that is not damaged, and damaged ones do not count as kept") {
  const ScratchFolder scratch;
  const auto& world = scratch.comm();
  const CheckpointFolder folder{scratch / "checkpoint"};
  auto quiet = [](const std::string&) {};
  CHECK_THROWS_AS(folder.newest_valid(world, quiet), Error);
  for (const std::uint64_t superstep : {5, 20, 100, 7000}) write(world, folder.file(superstep));
  CHECK(folder.newest_valid(world, quiet) == folder.file(7000));
  MPI_Barrier(world.get());
  if (world.rank() == 0) fs::resize_file(folder.file(7000), 5000);
  if (world.rank() == 0) std::ofstream{folder.file(9000)} << "not a checkpoint";
  MPI_Barrier(world.get());
  std::string told;
  CHECK(folder.newest_valid(world, [&](const std::string& text) { told += text + "\n"; }) == folder.file(100));
  if (world.rank() == 0) CHECK(told.find(folder.file(9000).string()) != std::string::npos);
  if (world.rank() == 0) folder.keep_newest(2);
  MPI_Barrier(world.get());
  CHECK(folder.files() == std::vector{folder.file(100), folder.file(20)});
}

TEST_CASE("a checkpoint for which there is no room leaves nothing behind, and the next one can be written") {
  const ScratchFolder scratch;
  const auto path = scratch / "a.h5";
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  for (const rlim_t room : {rlim_t{0}, rlim_t{1000}, rlim_t{1} << 20}) {
    const rlimit little{room, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &little);
    CHECK_THROWS_AS(write(scratch.comm(), path), Error);
    setrlimit(RLIMIT_FSIZE, &limit);
    MPI_Barrier(scratch.comm().get());
    CHECK(!fs::exists(path));
    CHECK(!fs::exists(path.string() + ".part"));
    MPI_Barrier(scratch.comm().get());  // before any rank begins the next one
  }
  write(scratch.comm(), path);
  CHECK(reads_back(scratch.comm(), path));
  std::signal(SIGXFSZ, before);
}

TEST_CASE("what a block throws while it is written is told to all") {
  const ScratchFolder scratch;
  const auto path = scratch / "a.h5";
  const auto rank = static_cast<std::size_t>(scratch.comm().rank());
  const auto head = make_head(2 * static_cast<std::size_t>(scratch.comm().size()));
  CHECK_THROWS_WITH_AS(write_checkpoint(scratch.comm(), path, head, 2 * rank, 2,
                                        [](StateWriter&, std::size_t block) {
                                          if (block == 1) throw Error("no state");
                                          throw Error("another");
                                        }),
                       doctest::Contains("cannot write the checkpoint"), Error);
  CHECK(!fs::exists(path));
}

}  // namespace
