// A frame of a snapshot, written and brought to the disk, beside bare HDF5 that writes the same bytes collectively,
// each rank its part of plain data sets, from memory where they already lie in order. Both make a new file in the
// current folder each time. "migrated": the actors of a rank lie in random order and belong to any part of the file.

#include <chrono>
#include <filesystem>
#include <numeric>
#include <random>

#include <bench/bench.hpp>
#include <fmt/format.h>

#include <circo/io/hdf5.hpp>
#include <circo/io/snapshot.hpp>
#include <circo/memory.hpp>

namespace circo::bench {

namespace {

const std::filesystem::path file_name = "bench_snapshot.h5", bare_name = "bench_bare.h5";

/// The actors of a rank: as a frame, and column by column as the floor has them.
struct Actors {
  Actors(const Communicator& world, std::uint64_t count, bool migrated) {
    const auto rank = static_cast<std::uint64_t>(world.rank()), ranks = static_cast<std::uint64_t>(world.size());
    const std::uint64_t first = count * rank / ranks, last = count * (rank + 1) / ranks;
    for (std::uint64_t i = first; i < last; ++i) id.push_back(1 + (migrated ? rank + (i - first) * ranks : i));
    if (migrated) std::ranges::shuffle(id, std::mt19937_64{rank});
    const std::size_t n = id.size();
    position.resize(n);
    species.resize(n);
    scheduler.assign(n, static_cast<std::uint32_t>(rank));
    load.resize(n, 1);
    host.resize(ranks);
    std::iota(host.begin(), host.end(), 0);
    places.resize(ranks);
  }
  SnapshotFrame frame(std::int64_t step) const {
    return {step, 0, id, position, species, scheduler, load, places, host, {}};
  }

  std::vector<std::uint64_t> id;
  std::vector<Position> position, places;
  std::vector<std::int16_t> species;
  std::vector<std::uint32_t> scheduler, host;
  std::vector<float> load;
};

class BareFile {
 public:
  explicit BareFile(const Communicator& world) : world_{world} {
    const H5PropertyList access{H5Pcreate(H5P_FILE_ACCESS)};
    h5_check(H5Pset_fapl_mpio(access.get(), world.get(), MPI_INFO_NULL));
    file_ = H5File{H5Fcreate(bare_name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get())};
    collective_ = H5PropertyList{H5Pcreate(H5P_DATASET_XFER)};
    h5_check(H5Pset_dxpl_mpio(collective_.get(), H5FD_MPIO_COLLECTIVE));
  }

  void write(const Actors& actors, std::uint64_t count) {
    const H5Group frame = h5_create_group(file_.get(), fmt::format("{}", frames_++));
    const auto rank = static_cast<std::uint64_t>(world_.rank()), ranks = static_cast<std::uint64_t>(world_.size());
    const auto write = [&](const char* name, hid_t type, hsize_t values, const void* data) {
      const hsize_t shape[2] = {count, values}, start[2] = {count * rank / ranks, 0};
      const hsize_t mine[2] = {actors.id.size(), values};
      const H5Dataspace whole{H5Screate_simple(2, shape, nullptr)}, part{H5Screate_simple(2, mine, nullptr)};
      const H5Dataset column{H5Dcreate2(frame.get(), name, type, whole.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)};
      h5_check(H5Sselect_hyperslab(whole.get(), H5S_SELECT_SET, start, nullptr, mine, nullptr));
      h5_check(H5Dwrite(column.get(), type, part.get(), whole.get(), collective_.get(), data));
    };
    write("id", H5T_NATIVE_UINT64, 1, actors.id.data());
    write("position", H5T_NATIVE_FLOAT, 3, actors.position.data());
    write("species", H5T_NATIVE_INT16, 1, actors.species.data());
    write("scheduler", H5T_NATIVE_UINT32, 1, actors.scheduler.data());
    write("rank", H5T_NATIVE_UINT32, 1, actors.scheduler.data());
    write("load", H5T_NATIVE_FLOAT, 1, actors.load.data());
    h5_check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL));
  }

 private:
  const Communicator& world_;
  H5File file_;
  H5PropertyList collective_;
  int frames_ = 0;
};

}  // namespace

void snapshot(Bench& bench) {
  // The processor's time of one rank would leave out the wait for the disk.
  const auto on_the_wall = [&](const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return bench.world().max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  };
  const Communicator& world = bench.world();
  keep_freed_memory();  // as Rank does
  const std::uint64_t count = bench.size(10'000'000, 20'000);
  bench.set_turns(5);
  for (const bool migrated : {false, true}) {
    const Actors actors{world, count, migrated};
    SnapshotWriter writer{world.get(), file_name, {{"Item"}, {}, "0", "bench"}};
    BareFile bare{world};
    std::int64_t step = 0;
    bench.compare(
        fmt::format("ranks={} actors={} order={}", world.size(), count, migrated ? "migrated" : "made"), count,
        "actors", [&] { return on_the_wall([&] { writer.write(actors.frame(++step)); }); },
        [&] { return on_the_wall([&] { bare.write(actors, count); }); });
    check(writer.frames() == static_cast<std::uint64_t>(step), "a frame is not there");
    writer.close();
  }
  if (world.rank() != 0) return;
  for (const auto& name : {file_name, bare_name}) std::filesystem::remove(name);
}

}  // namespace circo::bench
