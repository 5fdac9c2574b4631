#include <optional>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <circo/error.hpp>
#include <circo/io/disk_space.hpp>
#include <circo/io/snapshot.hpp>
#include <circo/io/snapshot_elements.hpp>

namespace circo {

namespace {

/// Room for the file's metadata besides the index of chunks: groups, datasets' headers, symbol tables. An empty file
/// has 10 KiB.
constexpr std::uint64_t metadata_bytes = 1 << 20;

std::string user_name() {
  const passwd* const user = getpwuid(geteuid());
  if (!user) return "unknown";
  const std::string full = user->pw_gecos ? user->pw_gecos : "";
  const std::string name = full.substr(0, full.find(','));
  return name.empty() ? user->pw_name : name;
}

std::vector<SnapshotRow> to_rows(const SnapshotFrame& frame, std::size_t species) {
  const std::size_t n = frame.id.size();
  for (const std::size_t length :
       {frame.position.size(), frame.species.size(), frame.scheduler.size(), frame.load.size()}) {
    if (length != n)
      throw Error(fmt::format("a column of the frame has {} entries; expected {}, as many as ids", length, n));
  }
  if (frame.scheduler_rank.size() != frame.scheduler_position.size())
    throw Error("the frame has not as many ranks as positions of schedulers");
  std::vector<SnapshotRow> rows(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (frame.species[i] < 0 || static_cast<std::size_t>(frame.species[i]) >= species) {
      throw Error(fmt::format("actor {:#x} is of species {}; expected one of the {} in the header", frame.id[i],
                              frame.species[i], species));
    }
    rows[i] = {frame.id[i], frame.position[i], frame.load[i], frame.scheduler[i], frame.species[i], 0};
  }
  return rows;
}

}  // namespace

struct SnapshotWriter::Impl {
  Impl(MPI_Comm world, std::filesystem::path where, const SnapshotHeader& header);
  ~Impl() { abandon(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void write(const SnapshotFrame& frame);
  void close();
  void abandon() noexcept {
    elements.abandon();
    file.release();
  }

  /// *Collective.* Does `work` on every rank; when it fails on one, every rank throws.
  template <class Work>
  void together(const std::string& aim, Work work) const;
  void claim(const std::string& aim, std::uint64_t bytes) {
    together(aim, [&] {
      if (comm.rank() == 0) space.claim(bytes);
    });
  }
  void flush(const std::string& aim) const {
    together(aim, [&] { h5_check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL)); });
  }
  std::optional<std::string> complaint_about(const SnapshotFrame& frame) const;

  Communicator comm;
  std::filesystem::path path;
  std::size_t species_count;
  DiskSpace space;  // rank 0's
  H5File file;
  SnapshotElements elements;
  std::uint64_t frames = 0;
  std::int64_t last_step = 0;
  double last_time = 0;
  bool failed = false;  // HDF5 was called and did not come to the end: it must not be called again
};

template <class Work>
void SnapshotWriter::Impl::together(const std::string& aim, Work work) const {
  std::optional<std::string> failure;
  try {
    work();
  } catch (const std::exception& error) {
    failure = fmt::format("cannot {} {}: {}", aim, path.string(), error.what());
  }
  comm.agree(failure);
}

SnapshotWriter::Impl::Impl(MPI_Comm world, std::filesystem::path where, const SnapshotHeader& header)
    : comm{Communicator::duplicate(world)}, path{std::move(where)}, species_count{header.species.size()} {
  const std::string aim = "create the snapshot file";
  std::uint64_t bytes = metadata_bytes;
  for (const auto& [name, value] : header.parameters) bytes += 2 * (name.size() + value.size());
  together(aim, [&] {
    elements = SnapshotElements{header.species};
    if (comm.rank() == 0) space = DiskSpace{path};
  });
  claim(aim, bytes);
  together(aim, [&] {
    const H5PropertyList access{H5Pcreate(H5P_FILE_ACCESS)};
    h5_check(H5Pset_fapl_mpio(access.get(), comm.get(), MPI_INFO_NULL));
    h5_check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18));
    const H5PropertyList creation{H5Pcreate(H5P_FILE_CREATE)};
    h5_check(H5Pset_obj_track_times(creation.get(), false));
    file = H5File{H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get())};
  });
  claim(aim, bytes);  // again: emptying the file has given it back
  const std::string author = comm.broadcast(header.author.empty() ? user_name() : header.author, 0);
  together(aim, [&] {
    h5md_write_metadata(file.get(), author, "circo", header.version);
    const H5Group parameters = h5_create_group(file.get(), "parameters");
    for (const auto& [name, value] : header.parameters) h5_write_attribute(parameters.get(), name, value);
    const H5Group particles = h5_create_group(file.get(), "particles");
    for (const char* name : {"actors", "schedulers"}) h5md_write_open_box(h5_create_group(particles.get(), name).get());
    h5_create_group(file.get(), "observables");
  });
  flush(aim);
}

std::optional<std::string> SnapshotWriter::Impl::complaint_about(const SnapshotFrame& frame) const {
  if (!file || failed) return "it takes no more frames, as it is closed or a write to it has failed";
  if (frames > 0 && (frame.step <= last_step || frame.time < last_time)) {
    return fmt::format("the frame is of step {}, time {}; expected one after step {}, time {}", frame.step, frame.time,
                       last_step, last_time);
  }
  return elements.complaint_about(frame);
}

void SnapshotWriter::Impl::write(const SnapshotFrame& frame) {
  const std::string aim = fmt::format("write frame {} (step {}) to", frames, frame.step);
  std::vector<SnapshotRow> unordered;
  together(aim, [&] {
    if (const auto complaint = complaint_about(frame)) throw Error(*complaint);
    unordered = to_rows(frame, species_count);
  });
  if (!elements.exist()) {
    const std::int64_t actors = comm.sum(static_cast<std::int64_t>(unordered.size()));
    claim(aim, metadata_bytes);
    failed = true;
    together(aim, [&] { elements.create(file, frame, static_cast<std::uint64_t>(actors)); });
    flush(aim);
    failed = false;
  }
  const OrderedRows ordered = order_by_id(comm, std::move(unordered), elements.chunk_rows());
  claim(aim, metadata_bytes + elements.growth(frames, ordered.total));

  failed = true;
  together(aim, [&] { elements.extend(frames, ordered.total); });
  together(aim, [&] { elements.write_values(frames, frame, ordered, comm); });
  flush(aim);
  together(aim, [&] { elements.append_clock(frames, frame, comm); });
  flush(aim);
  failed = false;

  ++frames;
  last_step = frame.step;
  last_time = frame.time;
}

void SnapshotWriter::Impl::close() {
  if (failed || !file) return;
  failed = true;
  together("close", [&] {
    elements.close();
    file.close();
  });
  space = DiskSpace{};
}

SnapshotWriter::SnapshotWriter(MPI_Comm comm, const std::filesystem::path& path, const SnapshotHeader& header)
    : impl_{std::make_unique<Impl>(comm, path, header)} {}
SnapshotWriter::~SnapshotWriter() = default;
SnapshotWriter::SnapshotWriter(SnapshotWriter&&) noexcept = default;
SnapshotWriter& SnapshotWriter::operator=(SnapshotWriter&&) noexcept = default;

void SnapshotWriter::write(const SnapshotFrame& frame) { impl_->write(frame); }
void SnapshotWriter::close() { impl_->close(); }
std::uint64_t SnapshotWriter::frames() const { return impl_->frames; }

}  // namespace circo
