#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <circo/io/hdf5.hpp>

namespace circo {

/// What the frames of an H5MD element hold.
struct H5mdColumn {
  hid_t stored;                 // type in the file
  hid_t in_memory;              // type of the buffers that are written
  std::vector<hsize_t> shape;   // of one frame: {} a scalar, {n} or {n, 3} a row an actor; n may grow
  hsize_t chunk_rows;           // rows a chunk
  hsize_t chunk_frames;         // frames a chunk
  std::vector<std::byte> fill;  // fill value, as in_memory; empty: none
  int deflate = 0;              // level of zlib, 1 to 9; 0: not compressed
};

/// Bytes of a value, as a fill value.
template <class Value>
std::vector<std::byte> h5md_fill(const Value& value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// The dataset `value` of a time-dependent H5MD element: shape [frame][...], one frame appended at a time, in a
/// parallel file. What is written goes straight to the file, by each rank on its own ("independent" MPI-IO): rows come
/// in large contiguous pieces, so gathering them once more on some ranks would only cost, and a rank whose write fails
/// cannot leave others waiting for it. Compressed values are written collectively, as HDF5 can do that only so.
class H5mdValue {
 public:
  /// *Collective.* Creates `name` in `group`, with no frame.
  H5mdValue(hid_t group, const std::string& name, H5mdColumn column);

  /// Bytes by which the file grows at most when the extent becomes `frames` frames of `rows` rows.
  std::uint64_t growth(hsize_t frames, hsize_t rows) const;

  /// *Collective.* Sets the extent (rows: never less than before). New entries are undefined until they are written.
  void extend(hsize_t frames, hsize_t rows);

  /// Writes rows [first, first + count) of a frame from `data`, in in_memory's type. Local; *collective* when
  /// compressed, and `most` must then be the largest count of any rank, or more.
  void write(hsize_t frame, hsize_t first, hsize_t count, const void* data, hsize_t most);

  /// Local, but all ranks must call it alike, when a frame of `count` rows has been written or will be: writes the fill
  /// value to its other rows and to what frames before it do not have yet, each rank its part.
  void pad(hsize_t frame, hsize_t count, int rank, int ranks);

  const H5mdColumn& column() const { return column_; }
  hid_t id() const { return dataset_.get(); }

  /// Gives up the dataset without a call to HDF5.
  void abandon() noexcept { dataset_.release(); }
  void close() { dataset_.close(); }

 private:
  std::vector<hsize_t> extent(hsize_t frames, hsize_t rows) const;
  hsize_t chunks(hsize_t frames, hsize_t rows) const;
  std::size_t row_bytes() const;
  void write_piece(hsize_t frame, hsize_t first, hsize_t count, const void* data);
  void fill(hsize_t begin, hsize_t end, hsize_t first, hsize_t last, int rank, int ranks);

  H5mdColumn column_;
  H5Dataset dataset_;
  H5PropertyList transfer_;
  hsize_t frames_ = 0;
  hsize_t rows_ = 0;
  hsize_t filled_ = 0;  // rows of all frames before that hold something
};

/// *Collective.* The group `h5md` that makes a file an H5MD 1.1 file.
void h5md_write_metadata(hid_t file, const std::string& author, const std::string& creator,
                         const std::string& creator_version);

/// *Collective.* The group `box` of a particles group in a space without bounds.
void h5md_write_open_box(hid_t particles_group);

}  // namespace circo
