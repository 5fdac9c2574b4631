#include <optional>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <circo/error.hpp>
#include <circo/io/disk_space.hpp>
#include <circo/io/snapshot.hpp>
#include <circo/io/snapshot_elements.hpp>
#include <circo/transport/together.hpp>

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

/// What is wrong with this rank's columns, if anything.
std::optional<std::string> complaint_about_columns(const SnapshotFrame& frame, std::size_t species) {
  const std::size_t n = frame.id.size();
  std::vector<std::size_t> lengths{frame.position.size(), frame.species.size(), frame.scheduler.size(),
                                   frame.load.size()};
  for (const ObservedColumn& column : frame.observed) lengths.push_back(column.values.size());
  for (const std::size_t length : lengths) {
    if (length != n) return fmt::format("a column of the frame has {} entries; expected {}, as many as ids", length, n);
  }
  const std::size_t hosts = frame.scheduler_position.size();
  if (frame.scheduler_rank.size() != hosts) return "the frame has not as many ranks as positions of schedulers";
  for (std::size_t i = 0; i < n; ++i) {
    if (frame.species[i] < 0 || static_cast<std::size_t>(frame.species[i]) >= species) {
      return fmt::format("actor {:#x} is of species {}; expected one of the {} in the header", frame.id[i],
                         frame.species[i], species);
    }
    if (frame.scheduler[i] >= hosts) {
      return fmt::format("actor {:#x} is on scheduler {}; expected one of the frame's {}", frame.id[i],
                         frame.scheduler[i], hosts);
    }
  }
  return std::nullopt;
}

}  // namespace

struct SnapshotWriter::Impl {
  Impl(MPI_Comm world, std::filesystem::path where, const SnapshotHeader& header);
  ~Impl() { abandon(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  SnapshotSizes write(const SnapshotFrame& frame);
  void close();
  void abandon() noexcept {
    elements.abandon();
    file.release();
  }

  template <class Work>
  void together(const std::string& aim, Work&& work) const {
    circo::together(comm, aim + " " + path.string(), work);
  }
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

SnapshotWriter::Impl::Impl(MPI_Comm world, std::filesystem::path where, const SnapshotHeader& header)
    : comm{Communicator::duplicate(world)}, path{std::move(where)}, species_count{header.species.size()} {
  const std::string aim = "create the snapshot file";
  std::uint64_t bytes = metadata_bytes;
  for (const auto& [name, value] : header.parameters) bytes += 2 * (name.size() + value.size());
  together(aim, [&] {
    elements = SnapshotElements{header.species, header.deflate};
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
    for (const char* name : {"observables", "connectivity"}) h5_create_group(file.get(), name);
  });
  flush(aim);
}

std::optional<std::string> SnapshotWriter::Impl::complaint_about(const SnapshotFrame& frame) const {
  if (!file || failed) return "it takes no more frames, as it is closed or a write to it has failed";
  if (frames > 0 && (frame.step <= last_step || frame.time < last_time)) {
    return fmt::format("the frame is of step {}, time {}; expected one after step {}, time {}", frame.step, frame.time,
                       last_step, last_time);
  }
  if (const auto complaint = complaint_about_columns(frame, species_count)) return complaint;
  return elements.complaint_about(frame);
}

SnapshotSizes SnapshotWriter::Impl::write(const SnapshotFrame& frame) {
  const std::string aim = fmt::format("write frame {} (step {}) to", frames, frame.step);
  together(aim, [&] {
    if (const auto complaint = complaint_about(frame)) throw Error(*complaint);
    if (comm.rank() == 0) space.check_place(path);
  });
  const auto actors = static_cast<std::uint64_t>(comm.sum(std::ssize(frame.id)));
  const RowOrder order{comm, frame.id, elements.chunk_rows(actors)};
  const OrderedEdges edges = order_edges(comm, order, frame.edges, frame.most_edges);
  const OrderedFrame next{frame, order, edges, frames};
  if (elements.lacks(next)) {
    claim(aim, metadata_bytes);
    failed = true;
    together(aim, [&] { elements.create(file, next); });
    flush(aim);
    failed = false;
  }
  claim(aim, metadata_bytes + elements.growth(next));

  failed = true;
  together(aim, [&] { elements.extend(next); });
  elements.write(next, comm, [&](const auto& work) { together(aim, work); });
  flush(aim);
  together(aim, [&] { elements.append_clock(next, comm); });
  flush(aim);
  failed = false;

  ++frames;
  last_step = frame.step;
  last_time = frame.time;
  return {frames, order.total(), edges.total, elements.most_actors(), elements.most_edges()};
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

SnapshotSizes SnapshotWriter::write(const SnapshotFrame& frame) { return impl_->write(frame); }
void SnapshotWriter::close() { impl_->close(); }
std::uint64_t SnapshotWriter::frames() const { return impl_->frames; }

}  // namespace circo
