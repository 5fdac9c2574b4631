#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "scratch_folder.hpp"
#include <circo/error.hpp>
#include <circo/io/hdf5.hpp>
#include <circo/io/snapshot.hpp>

using namespace circo;

namespace {

using Path = std::filesystem::path;

/// Actor number i has the id 10 i + 1; everything else follows from the id and the step.
struct Population {
  std::vector<std::uint64_t> id;
  std::vector<Position> position;
  std::vector<std::int16_t> species;
  std::vector<std::uint32_t> scheduler;
  std::vector<float> load;
  std::vector<Position> scheduler_position;
  std::vector<std::uint32_t> scheduler_rank;
  std::vector<std::pair<std::string, double>> observables;
};

Position position_of(std::uint64_t id, std::int64_t step) {
  const auto x = static_cast<float>(id % 1009);
  return {x, x / 2, static_cast<float>(step)};
}

/// Actors [0, count) of which rank r hosts those with (i * stride) % ranks == r, in falling order.
Population populate(const Communicator& comm, std::uint64_t count, std::int64_t step, std::uint64_t stride) {
  Population all;
  for (std::uint64_t i = count; i-- > 0;) {
    if (i * stride % static_cast<std::uint64_t>(comm.size()) != static_cast<std::uint64_t>(comm.rank())) continue;
    const std::uint64_t id = 10 * i + 1;
    all.id.push_back(id);
    all.position.push_back(position_of(id, step));
    all.species.push_back(static_cast<std::int16_t>(id % 2));
    all.scheduler.push_back(static_cast<std::uint32_t>(id % 6));
    all.load.push_back(static_cast<float>(id % 7) + static_cast<float>(step));
  }
  for (std::uint32_t s = 0; s < 6; ++s) {
    all.scheduler_position.push_back({static_cast<float>(s), 0, static_cast<float>(step)});
    all.scheduler_rank.push_back(s / 2);
  }
  all.observables = {{"remote_share", 1.0 / static_cast<double>(step)}, {"imbalance", 1.5}};
  return all;
}

SnapshotFrame frame_of(const Population& p, std::int64_t step) {
  return {step,
          0.5 * static_cast<double>(step),
          p.id,
          p.position,
          p.species,
          p.scheduler,
          p.load,
          p.scheduler_position,
          p.scheduler_rank,
          p.observables};
}

SnapshotHeader header() {
  return {{"ListItem", "Head"}, {{"model", "linked_list"}, {"seed", "7"}}, "0.1.0", "A. Author"};
}

void write_frame(SnapshotWriter& writer, const Communicator& comm, std::uint64_t count, std::int64_t step,
                 std::uint64_t stride = 1) {
  const Population actors = populate(comm, count, step, stride);
  writer.write(frame_of(actors, step));
}

template <class Value>
struct Stored {
  std::vector<hsize_t> shape;
  std::vector<Value> values;
};

template <class Value>
Stored<Value> read(const Path& path, const std::string& name, hid_t type) {
  const H5File file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const H5Dataset dataset{H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT)};
  const H5Dataspace space{H5Dget_space(dataset.get())};
  Stored<Value> stored;
  stored.shape.resize(static_cast<std::size_t>(h5_check(H5Sget_simple_extent_ndims(space.get()))));
  h5_check(H5Sget_simple_extent_dims(space.get(), stored.shape.data(), nullptr));
  stored.values.resize(std::accumulate(stored.shape.begin(), stored.shape.end(), hsize_t{1}, std::multiplies{}));
  const H5Datatype own{H5Dget_type(dataset.get())};
  h5_check(H5Dread(dataset.get(), type < 0 ? own.get() : type, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored.values.data()));
  return stored;
}

constexpr hid_t as_stored = -1;

void check_frame(const Path& path, std::uint64_t frame, std::uint64_t count, std::uint64_t width, std::int64_t step) {
  CAPTURE(frame);
  const std::string actors = "/particles/actors/";
  const auto id = read<std::uint64_t>(path, actors + "id/value", H5T_NATIVE_UINT64);
  const auto position = read<Position>(path, actors + "load/value", H5T_NATIVE_FLOAT).shape;
  REQUIRE(id.shape.size() == 2);
  REQUIRE(id.shape[1] == width);
  const auto place = read<float>(path, actors + "position/value", H5T_NATIVE_FLOAT);
  REQUIRE(place.shape == std::vector<hsize_t>{id.shape[0], width, 3});
  const auto species = read<std::int16_t>(path, actors + "species/value", as_stored);
  const auto scheduler = read<std::uint32_t>(path, actors + "scheduler/value", H5T_NATIVE_UINT32);
  const auto load = read<float>(path, actors + "load/value", H5T_NATIVE_FLOAT);
  bool all_right = true;
  for (std::uint64_t i = 0; i < width; ++i) {
    const std::uint64_t at = frame * width + i;
    const std::uint64_t expected = 10 * i + 1;
    if (i < count) {
      const Position p = position_of(expected, step);
      all_right = all_right && id.values[at] == expected && place.values[3 * at] == p.x &&
                  place.values[3 * at + 1] == p.y && place.values[3 * at + 2] == p.z &&
                  species.values[at] == static_cast<std::int16_t>(expected % 2) &&
                  scheduler.values[at] == expected % 6 &&
                  load.values[at] == static_cast<float>(expected % 7) + static_cast<float>(step);
    } else {
      all_right = all_right && id.values[at] == 0 && std::isnan(place.values[3 * at + 2]) && species.values[at] == -1 &&
                  scheduler.values[at] == UINT32_MAX && std::isnan(load.values[at]);
    }
  }
  CHECK(all_right);
  CHECK(read<std::int64_t>(path, actors + "id/step", H5T_NATIVE_INT64).values[frame] == step);
  CHECK(read<double>(path, "/observables/remote_share/value", H5T_NATIVE_DOUBLE).values[frame] ==
        1.0 / static_cast<double>(step));
}

std::vector<char> bytes_of(const Path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::uint64_t complete_frames(const Path& path) {
  return read<std::int64_t>(path, "/particles/actors/position/step", H5T_NATIVE_INT64).values.size();
}

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

}  // namespace

TEST_CASE("frames of more and fewer actors read back in the order of id, with fill values behind") {
  const ScratchFolder folder;
  const Path path = folder / "snapshots.h5";
  const std::vector<std::uint64_t> counts{100, 5000, 0, 3, 9000};
  {
    SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
    for (std::size_t f = 0; f < counts.size(); ++f) {
      write_frame(writer, folder.comm(), counts[f], static_cast<std::int64_t>(f) + 1, f + 1);
      CHECK(writer.frames() == f + 1);
    }
    writer.close();
    CHECK_NOTHROW(writer.close());
  }
  if (folder.comm().rank() != 0) return;
  for (std::size_t f = 0; f < counts.size(); ++f)
    check_frame(path, f, counts[f], 9000, static_cast<std::int64_t>(f) + 1);
}

TEST_CASE("frames of several chunks read back") {
  const ScratchFolder folder;
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, folder.comm(), 300000, 1);
  write_frame(writer, folder.comm(), 400001, 2);
  writer.close();
  if (folder.comm().rank() != 0) return;
  check_frame(path, 0, 300000, 400001, 1);
  check_frame(path, 1, 400001, 400001, 2);
}

TEST_CASE("the file is the same, byte for byte, whoever hosts which actor and on how many ranks") {
  const ScratchFolder folder;
  const Communicator alone = Communicator::duplicate(MPI_COMM_SELF);
  const auto write_all = [](const Communicator& comm, const Path& path, std::uint64_t stride) {
    SnapshotWriter writer{comm.get(), path, header()};
    for (std::int64_t step = 1; step < 6; ++step)
      write_frame(writer, comm, 4000 + 3000 * static_cast<std::uint64_t>(step % 3), step, stride);
    writer.close();
  };
  write_all(folder.comm(), folder / "a.h5", 1);
  write_all(folder.comm(), folder / "b.h5", 5);
  if (folder.comm().rank() != 0) return;
  write_all(alone, folder / "c.h5", 1);
  CHECK(bytes_of(folder / "a.h5").size() > 100000);
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "c.h5"));
}

TEST_CASE("the header's texts are attributes, and schedulers have a place and a rank in each frame") {
  const ScratchFolder folder;
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, folder.comm(), 10, 1);
  write_frame(writer, folder.comm(), 10, 2);
  writer.close();
  if (folder.comm().rank() != 0) return;
  const H5File file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const H5Group parameters{H5Gopen2(file.get(), "parameters", H5P_DEFAULT)};
  CHECK(h5_read_text_attribute(parameters.get(), "seed") == "7");
  const H5Group author{H5Gopen2(file.get(), "h5md/author", H5P_DEFAULT)};
  CHECK(h5_read_text_attribute(author.get(), "name") == "A. Author");
  const auto places = read<float>(path, "/particles/schedulers/position/value", H5T_NATIVE_FLOAT);
  CHECK(places.shape == std::vector<hsize_t>{2, 6, 3});
  CHECK(places.values[1 * 18 + 4 * 3] == 4);
  CHECK(places.values[1 * 18 + 4 * 3 + 2] == 2);
  const auto ranks = read<std::uint32_t>(path, "/particles/schedulers/rank/value", H5T_NATIVE_UINT32);
  CHECK(ranks.values == std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
}

TEST_CASE("a frame can be read as soon as it is written, and from a file that was never closed") {
  const ScratchFolder folder;
  const Path path = folder / "snapshots.h5";
  {
    SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
    for (std::int64_t step = 1; step < 4; ++step) {
      write_frame(writer, folder.comm(), 5000, step);
      if (folder.comm().rank() == 0) {
        std::filesystem::copy_file(path, folder / "copy.h5", std::filesystem::copy_options::overwrite_existing);
        CHECK(complete_frames(folder / "copy.h5") == static_cast<std::uint64_t>(step));
        check_frame(folder / "copy.h5", static_cast<std::uint64_t>(step) - 1, 5000, 5000, step);
      }
    }
  }
  if (folder.comm().rank() == 0) std::filesystem::rename(path, folder / "left.h5");
  if (folder.comm().rank() == 0) check_frame(folder / "left.h5", 2, 5000, 5000, 3);
}

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
  CHECK(try_frame(6, [](Population& p) { p.observables.pop_back(); }).find("observables") != std::string::npos);
  CHECK(try_frame(6, [](Population& p) { p.scheduler_rank.pop_back(); }).find("ranks") != std::string::npos);
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
  // Sizes that run out at each stage: creating, the first frame's elements, a frame, a growing frame.
  for (const int kibibytes : {16, 1000, 1060, 1100, 1400, 1500, 1800, 2200, 2600, 3000}) {
    CAPTURE(kibibytes);
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
      SnapshotWriter writer{MPI_COMM_WORLD, disk / "snapshots.h5", header()};
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
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  write_frame(writer, comm, 300000, 1);
  write_frame(writer, comm, 300000, 2);
  // A limit on the file's size is not seen when room is claimed, but makes this rank's writes fail.
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  getrlimit(RLIMIT_FSIZE, &unlimited);
  const rlimit tight{10000, unlimited.rlim_max};
  if (comm.rank() == 0) setrlimit(RLIMIT_FSIZE, &tight);
  const std::string text = agreed_error(comm, [&] { write_frame(writer, comm, 300000, 3); });
  CHECK_MESSAGE(text.find("HDF5 failed in H5Dwrite") != std::string::npos, text);
  if (comm.rank() == 0) setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, previous);
  CHECK(agreed_error(comm, [&] { write_frame(writer, comm, 300000, 3); }).find("has failed") != std::string::npos);
  CHECK_NOTHROW(writer.close());
  if (comm.rank() != 0) return;
  std::filesystem::copy_file(path, folder / "copy.h5");
  CHECK(complete_frames(folder / "copy.h5") == 2);
  check_frame(folder / "copy.h5", 1, 300000, 300000, 2);
}
