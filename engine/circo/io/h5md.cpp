#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>

#include <circo/io/h5md.hpp>

namespace circo {

namespace {

/// Upper bound of what the index of chunks grows by, a chunk: an entry of a version 1 B-tree of rank 3 has 48 bytes,
/// its nodes are at least half full.
constexpr std::uint64_t index_bytes_per_chunk = 256;

/// Bytes that a rank hands to HDF5 at once; MPI-IO's limit is 2 GiB.
constexpr std::size_t piece_bytes = std::size_t{32} << 20;

hsize_t divided_up(hsize_t a, hsize_t b) { return (a + b - 1) / b; }

hsize_t product(const std::vector<hsize_t>& factors) {
  return std::accumulate(factors.begin(), factors.end(), hsize_t{1}, std::multiplies{});
}

}  // namespace

H5mdValue::H5mdValue(hid_t group, const std::string& name, H5mdColumn column) : column_{std::move(column)} {
  const std::vector<hsize_t>& shape = column_.shape;
  rows_ = shape.empty() ? 1 : shape[0];
  std::vector<hsize_t> limits = extent(H5S_UNLIMITED, H5S_UNLIMITED);
  std::vector<hsize_t> chunk = extent(column_.chunk_frames, column_.chunk_rows);
  const H5PropertyList properties{H5Pcreate(H5P_DATASET_CREATE)};
  h5_check(H5Pset_obj_track_times(properties.get(), false));
  h5_check(H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data()));
  // The writer fills in what no row is written to; HDF5 would write every new chunk twice.
  h5_check(H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER));
  transfer_ = H5PropertyList{H5Pcreate(H5P_DATASET_XFER)};
  if (column_.deflate != 0) {
    h5_check(H5Pset_shuffle(properties.get()));
    h5_check(H5Pset_deflate(properties.get(), static_cast<unsigned>(column_.deflate)));
    h5_check(H5Pset_fill_time(properties.get(), H5D_FILL_TIME_ALLOC));  // HDF5 does so in any case
    h5_check(H5Pset_dxpl_mpio(transfer_.get(), H5FD_MPIO_COLLECTIVE));
  }
  if (!column_.fill.empty()) h5_check(H5Pset_fill_value(properties.get(), column_.in_memory, column_.fill.data()));
  const std::vector<hsize_t> empty = extent(0, rows_);
  const H5Dataspace space{H5Screate_simple(static_cast<int>(empty.size()), empty.data(), limits.data())};
  dataset_ = H5Dataset{
      H5Dcreate2(group, name.c_str(), column_.stored, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT)};
}

std::vector<hsize_t> H5mdValue::extent(hsize_t frames, hsize_t rows) const {
  std::vector<hsize_t> dimensions{frames};
  if (!column_.shape.empty()) {
    dimensions.push_back(rows);
    dimensions.insert(dimensions.end(), column_.shape.begin() + 1, column_.shape.end());
  }
  return dimensions;
}

std::size_t H5mdValue::row_bytes() const {
  const std::vector<hsize_t> one = extent(1, 1);
  return H5Tget_size(column_.in_memory) * product(one);
}

hsize_t H5mdValue::chunks(hsize_t frames, hsize_t rows) const {
  return divided_up(frames, column_.chunk_frames) * divided_up(rows, column_.chunk_rows);
}

std::uint64_t H5mdValue::growth(hsize_t frames, hsize_t rows) const {
  const hsize_t before = chunks(frames_, rows_);
  const hsize_t after = chunks(frames, std::max(rows, rows_));
  std::uint64_t chunk_bytes = row_bytes() * column_.chunk_rows * column_.chunk_frames;
  // HDF5 first writes a chunk of fill values; one that does not get smaller is stored as it is.
  if (column_.deflate != 0) chunk_bytes += chunk_bytes / 64 + 1024;
  return after > before ? (after - before) * (chunk_bytes + index_bytes_per_chunk) : 0;
}

void H5mdValue::extend(hsize_t frames, hsize_t rows) {
  const std::vector<hsize_t> wanted = extent(frames, rows);
  h5_check(H5Dset_extent(dataset_.get(), wanted.data()));
  frames_ = frames;
  rows_ = rows;
}

void H5mdValue::write(hsize_t frame, hsize_t first, hsize_t count, const void* data, hsize_t most) {
  const hsize_t chunk = column_.chunk_rows;
  const hsize_t rows_a_piece = std::max<hsize_t>(1, piece_bytes / (row_bytes() * chunk)) * chunk;
  const hsize_t end = column_.deflate != 0 ? std::max(count, most) : count;
  for (hsize_t begin = 0; begin < end; begin += rows_a_piece) {
    const hsize_t at = std::min(begin, count);
    write_piece(frame, first + at, std::min(rows_a_piece, count - at),
                static_cast<const std::byte*>(data) + at * row_bytes());
  }
}

void H5mdValue::write_piece(hsize_t frame, hsize_t first, hsize_t count, const void* data) {
  const H5Dataspace in_file{H5Dget_space(dataset_.get())};
  const std::vector<hsize_t> counts = extent(1, std::max<hsize_t>(1, count));
  const H5Dataspace in_buffer{H5Screate_simple(static_cast<int>(counts.size()), counts.data(), nullptr)};
  if (count == 0) {
    h5_check(H5Sselect_none(in_file.get()));
    h5_check(H5Sselect_none(in_buffer.get()));
  } else {
    std::vector<hsize_t> start = extent(frame, first);
    std::fill(start.begin() + std::min<std::ptrdiff_t>(2, std::ssize(start)), start.end(), 0);
    h5_check(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, counts.data(), nullptr));
  }
  h5_check(H5Dwrite(dataset_.get(), column_.in_memory, in_buffer.get(), in_file.get(), transfer_.get(), data));
}

void H5mdValue::pad(hsize_t frame, hsize_t count, int rank, int ranks) {
  if (!column_.fill.empty() && column_.deflate == 0) {
    fill(frame, frame + 1, count, rows_, rank, ranks);
    fill(0, frame, filled_, rows_, rank, ranks);
  }
  filled_ = rows_;
}

void H5mdValue::fill(hsize_t begin, hsize_t end, hsize_t first, hsize_t last, int rank, int ranks) {
  if (first >= last) return;
  const std::size_t values = row_bytes() / column_.fill.size();
  std::vector<std::byte> buffer;
  for (hsize_t i = 0; i < std::min(column_.chunk_rows, last - first) * values; ++i)
    buffer.insert(buffer.end(), column_.fill.begin(), column_.fill.end());
  hsize_t piece = 0;
  for (hsize_t frame = begin; frame < end; ++frame) {
    for (hsize_t row = first; row < last; row += column_.chunk_rows, ++piece) {
      if (piece % static_cast<hsize_t>(ranks) != static_cast<hsize_t>(rank)) continue;
      write_piece(frame, row, std::min(column_.chunk_rows, last - row), buffer.data());
    }
  }
}

void h5md_write_metadata(hid_t file, const std::string& author, const std::string& creator,
                         const std::string& creator_version) {
  const H5Group h5md = h5_create_group(file, "h5md");
  h5_write_attribute(h5md.get(), "version", std::array<std::int32_t, 2>{1, 1});
  const H5Group author_group = h5_create_group(h5md.get(), "author");
  h5_write_attribute(author_group.get(), "name", author);
  const H5Group creator_group = h5_create_group(h5md.get(), "creator");
  h5_write_attribute(creator_group.get(), "name", creator);
  h5_write_attribute(creator_group.get(), "version", creator_version);
}

void h5md_write_open_box(hid_t particles_group) {
  const H5Group box = h5_create_group(particles_group, "box");
  h5_write_attribute(box.get(), "dimension", 3);
  h5_write_attribute(box.get(), "boundary", std::array<std::string, 3>{"none", "none", "none"});
}

}  // namespace circo
