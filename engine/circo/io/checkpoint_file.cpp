#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/io/checkpoint_file.hpp>
#include <circo/io/disk_space.hpp>
#include <circo/io/plain_file.hpp>
#include <circo/io/seal.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

/// Room for the file's metadata besides the texts.
constexpr std::uint64_t metadata_bytes = 64 << 10;

constexpr hsize_t block_numbers = sizeof(CheckpointBlock) / sizeof(std::uint64_t);

/// A range of a dataset of bytes or numbers.
struct Range {
  Range(hid_t dataset, hsize_t begin, hsize_t count)
      : in_file{H5Dget_space(dataset)}, in_memory{H5Screate_simple(1, &count, nullptr)} {
    h5_check(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, &begin, nullptr, &count, nullptr));
  }
  H5Dataspace in_file, in_memory;
};

void write_range(hid_t dataset, hid_t type, hsize_t begin, hsize_t count, const void* from) {
  if (count == 0) return;
  const Range range{dataset, begin, count};
  h5_check(H5Dwrite(dataset, type, range.in_memory.get(), range.in_file.get(), H5P_DEFAULT, from));
}

void read_range(hid_t dataset, hid_t type, hsize_t begin, hsize_t count, void* to) {
  if (count == 0) return;
  const Range range{dataset, begin, count};
  h5_check(H5Dread(dataset, type, range.in_memory.get(), range.in_file.get(), H5P_DEFAULT, to));
}

H5Dataset create_dataset(const H5File& file, const char* name, hid_t type, hsize_t length) {
  const H5PropertyList properties{H5Pcreate(H5P_DATASET_CREATE)};
  h5_check(H5Pset_obj_track_times(properties.get(), false));
  h5_check(H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER));
  const H5Dataspace space{H5Screate_simple(1, &length, nullptr)};
  return H5Dataset{H5Dcreate2(file.get(), name, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT)};
}

H5PropertyList parallel_access(const Communicator& world) {
  H5PropertyList access{H5Pcreate(H5P_FILE_ACCESS)};
  h5_check(H5Pset_fapl_mpio(access.get(), world.get(), MPI_INFO_NULL));
  h5_check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18));
  return access;
}

class SliceWriter final : public StateWriter {
 public:
  SliceWriter(const H5Dataset& data, std::uint64_t begin) : data_{data}, next_{begin} {
    buffer_.reserve(defaults::slice_bytes);
  }
  void write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), defaults::slice_bytes - buffer_.size()));
      buffer_.insert(buffer_.end(), part.begin(), part.end());
      bytes = bytes.subspan(part.size());
      if (buffer_.size() == defaults::slice_bytes) flush();
    }
  }
  void flush() {
    write_range(data_.get(), H5T_NATIVE_UINT8, next_, buffer_.size(), buffer_.data());
    next_ += buffer_.size();
    buffer_.clear();
  }
  std::uint64_t position() const { return next_ + buffer_.size(); }

 private:
  const H5Dataset& data_;
  std::uint64_t next_;
  Bytes buffer_;
};

class SliceReader final : public StateReader {
 public:
  SliceReader(const H5Dataset& data, std::uint64_t begin, std::uint64_t end) : data_{data}, next_{begin}, end_{end} {}
  void read(std::span<std::byte> to) override {
    while (!to.empty()) {
      if (rest_.empty()) fetch();
      const auto part = rest_.first(std::min(rest_.size(), to.size()));
      std::memcpy(to.data(), part.data(), part.size());
      rest_ = rest_.subspan(part.size());
      to = to.subspan(part.size());
    }
  }

 private:
  void fetch() {
    if (next_ == end_) throw Error("a part of the checkpoint ends early; was it written by another version of circo?");
    slice_.resize(std::min<std::uint64_t>(defaults::slice_bytes, end_ - next_));
    read_range(data_.get(), H5T_NATIVE_UINT8, next_, slice_.size(), slice_.data());
    next_ += slice_.size();
    rest_ = slice_;
  }
  const H5Dataset& data_;
  std::uint64_t next_, end_;
  Bytes slice_;
  std::span<const std::byte> rest_;
};

/// The file while it is written. When HDF5 has failed it must not be called again for this file, as that could hang:
/// so what is open is closed by `close`, or never.
class Draft {
 public:
  Draft(const Communicator& world, const std::filesystem::path& path, const CheckpointHead& head) {
    const H5PropertyList creation{H5Pcreate(H5P_FILE_CREATE)};
    h5_check(H5Pset_obj_track_times(creation.get(), false));
    h5_check(H5Pset_userblock(creation.get(), seal_bytes));
    file_ = H5File{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), parallel_access(world).get())};
    h5_write_attribute(file_.get(), "format", checkpoint_format);
    for (const auto& [name, text] : {std::pair{"circo", &head.version},
                                     {"git", &head.git},
                                     {"model", &head.model},
                                     {"config", &head.config},
                                     {"layout", &head.layout},
                                     {"types", &head.types}})
      h5_write_attribute(file_.get(), name, *text);
    h5_write_attribute(file_.get(), "superstep", fmt::format("{}", head.superstep));
    h5_write_attribute(file_.get(), "epoch", fmt::format("{}", head.epoch));
    common_ = create_dataset(file_, "common", H5T_STD_U8LE, head.common.size());
    addresses_ = create_dataset(file_, "addresses", H5T_STD_U32LE, head.addresses.size());
    blocks_ = create_dataset(file_, "blocks", H5T_STD_U64LE, head.blocks.size() * block_numbers);
    data_ = create_dataset(file_, "data", H5T_STD_U8LE, head.blocks.back().at.back());
  }
  ~Draft() {
    for (auto* dataset : {&common_, &addresses_, &blocks_, &data_}) dataset->release();
    file_.release();
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write_head(const CheckpointHead& head) const {
    write_range(common_.get(), H5T_NATIVE_UINT8, 0, head.common.size(), head.common.data());
    write_range(addresses_.get(), H5T_NATIVE_UINT32, 0, head.addresses.size(), head.addresses.data());
    write_range(blocks_.get(), H5T_NATIVE_UINT64, 0, head.blocks.size() * block_numbers, head.blocks.data());
  }
  const H5Dataset& data() const { return data_; }
  void close() {
    for (auto* dataset : {&common_, &addresses_, &blocks_, &data_}) dataset->close();
    file_.close();
  }

 private:
  H5File file_;
  H5Dataset common_, addresses_, blocks_, data_;
};

/// Makes a file last under its new name.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::rename(from, to);
  PlainFile{to.parent_path(), PlainFile::read_only}.sync();
}

}  // namespace

void write_checkpoint(const Communicator& world, const std::filesystem::path& path, const CheckpointHead& head,
                      std::size_t first, std::size_t count,
                      const std::function<void(StateWriter&, std::size_t)>& write_block) {
  const std::filesystem::path part = path.string() + ".part";
  const std::string aim = "write the checkpoint " + path.string();
  const bool root = world.rank() == 0;
  const std::uint64_t bytes = metadata_bytes + 2 * (head.config.size() + head.layout.size() + head.types.size()) +
                              head.common.size() + head.addresses.size() * sizeof(std::uint32_t) +
                              head.blocks.size() * sizeof(CheckpointBlock) + head.blocks.back().at.back();
  try {
    DiskSpace space;  // rank 0's
    auto claim = [&] {
      if (root) space.claim(bytes);
    };
    together(world, aim, [&] {
      if (!root) return;
      std::filesystem::create_directories(path.parent_path());
      space = DiskSpace{part};
      claim();
    });
    std::optional<Draft> file;
    together(world, aim, [&] { file.emplace(world, part, head); });
    together(world, aim, claim);  // again: emptying the file has given it back
    together(world, aim, [&] {
      if (root) file->write_head(head);
      SliceWriter out{file->data(), head.blocks[first].at.front()};
      for (std::size_t block = first; block < first + count; ++block) {
        write_block(out, block);
        if (out.position() != head.blocks[block].at.back())
          throw Error(fmt::format("scheduler {} wrote {} bytes, not the {} that it had counted", block,
                                  out.position() - head.blocks[block].at.front(),
                                  head.blocks[block].at.back() - head.blocks[block].at.front()));
      }
      out.flush();
    });
    together(world, aim, [&] { file->close(); });
    together(world, aim, [&] { space = DiskSpace{}; });
    seal_file(world, part);
    together(world, aim, [&] {
      if (root) rename_synced(part, path);
    });
  } catch (...) {
    std::error_code ignored;
    if (root) std::filesystem::remove(part, ignored);
    throw;
  }
}

CheckpointFile::CheckpointFile(const Communicator& world, const std::filesystem::path& path) {
  together(world, "read the checkpoint " + path.string(), [&] {
    file_ = H5File{H5Fopen(path.c_str(), H5F_ACC_RDONLY, parallel_access(world).get())};
    const std::int32_t format = h5_read_integer_attribute(file_.get(), "format");
    if (format != checkpoint_format)
      throw Error(fmt::format(
          "it has format {}, and this circo reads format {}: resume with the circo that wrote it ({}, commit {})",
          format, checkpoint_format, h5_read_text_attribute(file_.get(), "circo"),
          h5_read_text_attribute(file_.get(), "git")));
    for (const auto& [name, text] : {std::pair{"circo", &head_.version},
                                     {"git", &head_.git},
                                     {"model", &head_.model},
                                     {"config", &head_.config},
                                     {"layout", &head_.layout},
                                     {"types", &head_.types}})
      *text = h5_read_text_attribute(file_.get(), name);
    head_.superstep = std::stoull(h5_read_text_attribute(file_.get(), "superstep"));
    head_.epoch = std::stoull(h5_read_text_attribute(file_.get(), "epoch"));
    read_all("common", H5T_NATIVE_UINT8, 1, head_.common);
    read_all("addresses", H5T_NATIVE_UINT32, 1, head_.addresses);
    read_all("blocks", H5T_NATIVE_UINT64, block_numbers, head_.blocks);
    data_ = H5Dataset{H5Dopen2(file_.get(), "data", H5P_DEFAULT)};
  });
}

template <class Value>
void CheckpointFile::read_all(const char* name, hid_t type, hsize_t numbers, std::vector<Value>& values) const {
  const H5Dataset dataset{H5Dopen2(file_.get(), name, H5P_DEFAULT)};
  const H5Dataspace space{H5Dget_space(dataset.get())};
  const auto length = static_cast<hsize_t>(h5_check(H5Sget_simple_extent_npoints(space.get())));
  values.resize(length / numbers);
  read_range(dataset.get(), type, 0, length, values.data());
}

std::unique_ptr<StateReader> CheckpointFile::part(std::size_t scheduler, CheckpointPart part) const {
  const auto& at = head_.blocks[scheduler].at;
  const auto i = static_cast<std::size_t>(part);
  return std::make_unique<SliceReader>(data_, at[i], at[i + 1]);
}

}  // namespace circo
