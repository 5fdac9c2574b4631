#include <cmath>
#include <fstream>
#include <iterator>

#include <engine/io/snapshot_example.hpp>

using namespace circo;
using namespace circo::example;

namespace {

std::vector<char> bytes_of(const Path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
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
  for (std::size_t f = 0; f < counts.size(); ++f) check_extras(path, f, counts[f], static_cast<std::int64_t>(f) + 1);
}

TEST_CASE("compressed frames read back the same, and are smaller") {
  const ScratchFolder folder;
  const std::vector<std::uint64_t> counts{100, 150000, 0, 3, 200001};
  for (const int deflate : {0, 4}) {
    SnapshotHeader with = header();
    with.deflate = deflate;
    SnapshotWriter writer{MPI_COMM_WORLD, folder / std::to_string(deflate), with};
    for (std::size_t f = 0; f < counts.size(); ++f)
      write_frame(writer, folder.comm(), counts[f], static_cast<std::int64_t>(f) + 1, f + 1);
    writer.close();
  }
  if (folder.comm().rank() != 0) return;
  for (std::size_t f = 0; f < counts.size(); ++f) {
    check_frame(folder / "4", f, counts[f], 200001, static_cast<std::int64_t>(f) + 1);
    check_extras(folder / "4", f, counts[f], static_cast<std::int64_t>(f) + 1);
  }
  CHECK(file_size(folder / "4") < file_size(folder / "0") / 4);
}

TEST_CASE("a metric that comes later has NaN in the frames before, and so has one that is missing") {
  const ScratchFolder folder;
  const Path path = folder / "snapshots.h5";
  SnapshotWriter writer{MPI_COMM_WORLD, path, header()};
  for (std::int64_t step = 1; step < 5; ++step) {
    Population actors = populate(folder.comm(), 10, step, 1);
    if (step == 2 || step == 4) actors.observables.emplace_back("late", static_cast<double>(step));
    writer.write(frame_of(actors, step));
  }
  writer.close();
  if (folder.comm().rank() != 0) return;
  const auto late = read<double>(path, "/observables/late/value", H5T_NATIVE_DOUBLE).values;
  REQUIRE(late.size() == 4);
  CHECK(std::isnan(late[0]));
  CHECK(late[1] == 2);
  CHECK(std::isnan(late[2]));
  CHECK(late[3] == 4);
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
  check_extras(path, 0, 300000, 1);
  check_extras(path, 1, 400001, 2);
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
