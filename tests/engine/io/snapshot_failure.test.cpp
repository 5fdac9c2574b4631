#include <algorithm>
#include <csignal>
#include <functional>
#include <string>

#include <engine/io/snapshot_example.hpp>
#include <sys/mount.h>
#include <sys/resource.h>

#include <circo/error.hpp>

using namespace circo;
using namespace circo::example;

namespace {

/// The Error's text, which must be the same on every rank; empty when there was none.
std::string agreed_error(const Communicator& comm, const std::function<void()>& work) {
  std::string text;
  try {
    work();
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(comm.broadcast(text, 0) == text);
  CHECK(text.find('\n') == std::string::npos);
  return text;
}

/// Lets no file of this process grow beyond 10,000 bytes, if `here`, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(bool here) : signal_{std::signal(SIGXFSZ, SIG_IGN)} {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit tight{10000, before_.rlim_max};
    if (here) setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

}  // namespace

TEST_CASE("a file that cannot be created is one error, the same on every rank") {
  const ScratchFolder folder;
  const auto create = [&](const Path& path, const SnapshotHeader& with) {
    return agreed_error(folder.comm(), [&] { SnapshotWriter{MPI_COMM_WORLD, path, with}; });
  };
  const std::string text = create(folder / "missing/snapshots.h5", header());
  CHECK_MESSAGE(text.ends_with("missing/snapshots.h5: No such file or directory"), text);
  CHECK(create(folder / ".", header()).ends_with("Is a directory"));
  SnapshotHeader twice = header();
  twice.species = {"Item", "Item"};
  CHECK(create(folder / "a.h5", twice) != "");
}

TEST_CASE("a frame that does not fit is one error, the same on every rank, and the next is written") {
  const ScratchFolder folder;
  const Communicator& comm = folder.comm();
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, comm, 100, 5);
  const auto try_frame = [&](std::int64_t step, auto&& spoil) {
    Population actors = populate(comm, 100, step, 1);
    spoil(actors);
    return agreed_error(comm, [&] { writer.write(frame_of(actors, step)); });
  };
  const auto nothing = [](Population&) {};
  const bool last = comm.rank() == comm.size() - 1;
  CHECK(try_frame(5, nothing).find("expected one after step 5") != std::string::npos);
  CHECK(try_frame(6, [&](Population& p) {
          if (last) p.load.push_back(1);
        }).find("as many as ids") != std::string::npos);
  CHECK(try_frame(6, [&](Population& p) {
          if (last) p.species[0] = 2;
        }).find("is of species 2") != std::string::npos);
  CHECK(try_frame(6, [&](Population& p) {
          if (last) p.id[0] = 0;
        }).find("id 0") != std::string::npos);
  CHECK(try_frame(6, [&](Population& p) {
          if (last) p.scheduler[0] = 6;
        }).find("on scheduler 6") != std::string::npos);
  CHECK(try_frame(6, [](Population& p) { p.scheduler_rank.pop_back(); }).find("ranks") != std::string::npos);
  CHECK(try_frame(6, [&](Population& p) {
          if (last) p.observed[0].values.pop_back();
        }).find("as many as ids") != std::string::npos);
  CHECK(try_frame(6, [](Population& p) { p.observed[0].name = "load"; }).find("another name") != std::string::npos);
  CHECK(try_frame(6, nothing) == "");
  writer.close();
  CHECK(agreed_error(comm, [&] { write_frame(writer, comm, 100, 7); }).find("no more frames") != std::string::npos);
  if (comm.rank() != 0) return;
  check_frame(path, 0, 100, 100, 5);
  check_frame(path, 1, 100, 100, 6);
}

TEST_CASE("a full disk is an error that says so, and leaves the complete frames") {
  const ScratchFolder folder;
  const Communicator& comm = folder.comm();
  const Path disk = folder / "disk";
  // Sizes that run out at each stage: creating, the first frame's elements, a frame, a growing frame. Ending in 1:
  // compressed frames.
  for (const int kibibytes : {16, 1000, 1060, 1100, 1400, 1500, 1501, 1800, 2200, 2201, 2600, 3000}) {
    CAPTURE(kibibytes);
    SnapshotHeader with = header();
    with.deflate = kibibytes % 100 == 1 ? 4 : 0;
    bool mounted = false;
    if (comm.rank() == 0) {
      std::filesystem::create_directories(disk);
      const std::string size = "size=" + std::to_string(kibibytes) + "k";
      mounted = mount("tmpfs", disk.c_str(), "tmpfs", 0, size.c_str()) == 0;
    }
    if (comm.sum(mounted ? 1 : 0) == 0) {
      MESSAGE("skipped: needs the right to mount a tmpfs");
      return;
    }
    std::uint64_t written = 0;
    std::string text = agreed_error(comm, [&] {
      SnapshotWriter writer{MPI_COMM_WORLD, disk / "snapshots.h5", with};
      const std::string full = agreed_error(comm, [&] {
        for (std::int64_t step = 1; step < 100; ++step) {
          write_frame(writer, comm, 4000 + 100 * static_cast<std::uint64_t>(step), step);
          written = writer.frames();
        }
      });
      CHECK_NOTHROW(writer.close());
      throw Error(full);
    });
    CHECK_MESSAGE(text.find("snapshots.h5: No space left on device") != std::string::npos, text);
    if (comm.rank() == 0) {
      if (written > 0) {
        CHECK(complete_frames(disk / "snapshots.h5") == written);
        const std::uint64_t count = 4000 + 100 * written;
        check_frame(disk / "snapshots.h5", written - 1, count, count, static_cast<std::int64_t>(written));
      }
      CHECK(umount(disk.c_str()) == 0);
    }
    MPI_Barrier(comm.get());
  }
}

TEST_CASE("when writing itself fails on one rank all ranks get the error, and the complete frames stay") {
  const ScratchFolder folder;
  const Communicator& comm = folder.comm();
  if (comm.size() == 1) return;
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, comm, 300000, 1);
  write_frame(writer, comm, 300000, 2);
  // Room is claimed by rank 0, so it does not see the limit of rank 1, whose writes fail.
  std::string text;
  {
    const FileSizeLimit limit{comm.rank() == 1};
    text = agreed_error(comm, [&] { write_frame(writer, comm, 300000, 3); });
  }
  CHECK_MESSAGE(text.find("HDF5 failed in H5Dwrite") != std::string::npos, text);
  CHECK(agreed_error(comm, [&] { write_frame(writer, comm, 300000, 3); }).find("has failed") != std::string::npos);
  CHECK_NOTHROW(writer.close());
  if (comm.rank() != 0) return;
  std::filesystem::copy_file(path, folder / "copy.h5");
  CHECK(complete_frames(folder / "copy.h5") == 2);
  check_frame(folder / "copy.h5", 1, 300000, 300000, 2);
}

TEST_CASE("a limit on the size of files is an error that says so, and changes nothing") {
  const ScratchFolder folder;
  const Communicator& comm = folder.comm();
  SnapshotWriter writer{MPI_COMM_WORLD, folder / "snapshots.h5", header()};
  write_frame(writer, comm, 1000, 1);
  {
    const FileSizeLimit limit{comm.rank() == 0};
    const std::string text = agreed_error(comm, [&] { write_frame(writer, comm, 1000, 2); });
    CHECK_MESSAGE(text.ends_with("snapshots.h5: File too large"), text);
  }
  CHECK(agreed_error(comm, [&] { write_frame(writer, comm, 1000, 2); }) == "");
  writer.close();
  if (comm.rank() == 0) check_frame(folder / "snapshots.h5", 1, 1000, 1000, 2);
}

TEST_CASE("a file that has been removed is an error that says so, instead of frames that nobody will see") {
  const ScratchFolder folder;
  const Communicator& comm = folder.comm();
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, comm, 100, 1);
  if (comm.rank() == 0) std::filesystem::rename(path, folder / "moved.h5");
  const std::string text = agreed_error(comm, [&] { write_frame(writer, comm, 100, 2); });
  CHECK_MESSAGE(text.find("snapshots.h5: it has been removed") != std::string::npos, text);
  if (comm.rank() == 0) std::filesystem::rename(folder / "moved.h5", path);
  CHECK(agreed_error(comm, [&] { write_frame(writer, comm, 100, 2); }) == "");
  writer.close();
  if (comm.rank() == 0) check_frame(path, 1, 100, 100, 2);
}
