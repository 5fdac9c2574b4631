#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "scratch_folder.hpp"
#include <circo/io/hdf5.hpp>
#include <circo/io/snapshot.hpp>

/// Snapshot files whose content follows from a few numbers, and how they must read back.
namespace circo::example {

using Path = std::filesystem::path;

/// Actor number i has the id 10 i + 1; everything else follows from the id and the step. From step 2 on actors show
/// what they weigh, and talk to the next one in the line.
struct Population {
  std::vector<std::uint64_t> id;
  std::vector<Position> position;
  std::vector<std::int16_t> species;
  std::vector<std::uint32_t> scheduler;
  std::vector<float> load;
  std::vector<Position> scheduler_position;
  std::vector<std::uint32_t> scheduler_rank;
  std::vector<std::pair<std::string, double>> observables;
  std::vector<ObservedColumn> observed;
  std::vector<SnapshotEdge> edges;
};

inline Position position_of(std::uint64_t id, std::int64_t step) {
  const auto x = static_cast<float>(id % 1009);
  return {x, x / 2, static_cast<float>(step)};
}

inline double weight_of(std::uint64_t id, std::int64_t step) {
  return 0.1 * static_cast<double>(id) + static_cast<double>(step);
}
inline float edge_weight(std::uint64_t id) { return static_cast<float>(id % 11) - 5; }

/// Actors [0, count) of which rank r hosts those with (i * stride) % ranks == r, in falling order.
inline Population populate(const Communicator& comm, std::uint64_t count, std::int64_t step, std::uint64_t stride) {
  Population all;
  for (std::uint64_t i = count; i-- > 0;) {
    if (i * stride % static_cast<std::uint64_t>(comm.size()) != static_cast<std::uint64_t>(comm.rank())) continue;
    const std::uint64_t id = 10 * i + 1;
    all.id.push_back(id);
    all.position.push_back(position_of(id, step));
    all.species.push_back(static_cast<std::int16_t>(id % 2));
    all.scheduler.push_back(static_cast<std::uint32_t>(id % 6));
    all.load.push_back(static_cast<float>(id % 7) + static_cast<float>(step));
    if (step < 2) continue;
    if (all.observed.empty()) all.observed = {{"weight", "kg", {}}};
    all.observed[0].values.push_back(weight_of(id, step));
    if (i + 1 < count) all.edges.push_back({id, id + 10, edge_weight(id)});
  }
  if (step >= 2 && all.observed.empty()) all.observed = {{"weight", "kg", {}}};
  for (std::uint32_t s = 0; s < 6; ++s) {
    all.scheduler_position.push_back({static_cast<float>(s), 0, static_cast<float>(step)});
    all.scheduler_rank.push_back(s / 2);
  }
  all.observables = {{"remote_share", 1.0 / static_cast<double>(step)}, {"imbalance", 1.5}};
  return all;
}

inline SnapshotFrame frame_of(const Population& p, std::int64_t step) {
  return {step,
          0.5 * static_cast<double>(step),
          p.id,
          p.position,
          p.species,
          p.scheduler,
          p.load,
          p.scheduler_position,
          p.scheduler_rank,
          p.observables,
          p.observed,
          p.edges};
}

inline SnapshotHeader header() {
  return {{"ListItem", "Head"}, {{"model", "linked_list"}, {"seed", "7"}}, "0.1.0", "A. Author"};
}

inline void write_frame(SnapshotWriter& writer, const Communicator& comm, std::uint64_t count, std::int64_t step,
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

inline constexpr hid_t as_stored = -1;

inline void check_frame(const Path& path, std::uint64_t frame, std::uint64_t count, std::uint64_t width,
                        std::int64_t step) {
  CAPTURE(frame);
  const std::string actors = "/particles/actors/";
  const auto id = read<std::uint64_t>(path, actors + "id/value", H5T_NATIVE_UINT64);
  REQUIRE(id.shape.size() == 2);
  REQUIRE(id.shape[1] == width);
  const auto place = read<float>(path, actors + "position/value", H5T_NATIVE_FLOAT);
  REQUIRE(place.shape == std::vector<hsize_t>{id.shape[0], width, 3});
  const auto species = read<std::int16_t>(path, actors + "species/value", as_stored);
  const auto scheduler = read<std::uint32_t>(path, actors + "scheduler/value", H5T_NATIVE_UINT32);
  const auto rank = read<std::uint32_t>(path, actors + "rank/value", H5T_NATIVE_UINT32);
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
                  scheduler.values[at] == expected % 6 && rank.values[at] == expected % 6 / 2 &&
                  load.values[at] == static_cast<float>(expected % 7) + static_cast<float>(step);
    } else {
      all_right = all_right && id.values[at] == 0 && std::isnan(place.values[3 * at + 2]) && species.values[at] == -1 &&
                  scheduler.values[at] == UINT32_MAX && rank.values[at] == UINT32_MAX && std::isnan(load.values[at]);
    }
  }
  CHECK(all_right);
  CHECK(read<std::int64_t>(path, actors + "id/step", H5T_NATIVE_INT64).values[frame] == step);
  CHECK(read<double>(path, "/observables/remote_share/value", H5T_NATIVE_DOUBLE).values[frame] ==
        1.0 / static_cast<double>(step));
}

inline std::uint64_t complete_frames(const Path& path) {
  return read<std::int64_t>(path, "/particles/actors/position/step", H5T_NATIVE_INT64).values.size();
}

/// What a frame of step 2 or later says besides: what actors show, and the line of edges.
inline void check_extras(const Path& path, std::uint64_t frame, std::uint64_t count, std::int64_t step) {
  CAPTURE(frame);
  const auto weight = read<double>(path, "/particles/actors/weight/value", H5T_NATIVE_DOUBLE);
  const auto ends = read<std::uint64_t>(path, "/connectivity/traffic/value", H5T_NATIVE_UINT64);
  const auto rows = read<std::uint32_t>(path, "/connectivity/traffic/rows", H5T_NATIVE_UINT32);
  const auto traffic = read<float>(path, "/connectivity/traffic/weight", H5T_NATIVE_FLOAT);
  bool all_right = true;
  for (std::uint64_t i = 0; i < weight.shape[1]; ++i) {
    const double value = weight.values[frame * weight.shape[1] + i];
    all_right = all_right && (i < count && step >= 2 ? value == weight_of(10 * i + 1, step) : std::isnan(value));
  }
  for (std::uint64_t i = 0; i < traffic.shape[1]; ++i) {
    const std::uint64_t at = frame * traffic.shape[1] + i, id = 10 * i + 1;
    const bool is_edge = i + 1 < count && step >= 2;
    all_right = all_right && ends.values[2 * at] == (is_edge ? id : 0) &&
                ends.values[2 * at + 1] == (is_edge ? id + 10 : 0) &&
                rows.values[2 * at] == (is_edge ? i : UINT32_MAX) &&
                rows.values[2 * at + 1] == (is_edge ? i + 1 : UINT32_MAX) &&
                traffic.values[at] == (is_edge ? edge_weight(id) : 0);
  }
  CHECK(all_right);
}

}  // namespace circo::example
