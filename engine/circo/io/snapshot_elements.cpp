#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <circo/io/snapshot_elements.hpp>

namespace circo {

namespace {

/// Rows of a chunk: at least, so that a run that begins with one actor does not end with a million chunks; at most (1.5
/// MiB of positions), so that many ranks find chunks of their own. A frame in between is one chunk, with nothing
/// wasted.
constexpr std::uint64_t least_chunk_rows = 4096;
constexpr std::uint64_t most_chunk_rows = 1 << 17;

/// Frames a chunk of `step`, `time` and the observables: 4 KiB.
constexpr std::uint64_t scalar_chunk_frames = 512;

/// Bytes that a rank packs and hands to HDF5 at once; MPI-IO's limit is 2 GiB.
constexpr std::size_t piece_bytes = std::size_t{32} << 20;

constexpr float nowhere = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint32_t no_scheduler = std::numeric_limits<std::uint32_t>::max();
constexpr std::int16_t no_species = -1;

static_assert(sizeof(Position) == 3 * sizeof(float));

std::uint64_t chunk_rows_for(std::uint64_t rows) {
  const std::uint64_t pieces = std::max<std::uint64_t>(1, (rows + most_chunk_rows - 1) / most_chunk_rows);
  return std::max(least_chunk_rows, (rows + pieces - 1) / pieces);
}

H5mdColumn scalar_column(hid_t stored, hid_t in_memory) { return {stored, in_memory, {}, 1, scalar_chunk_frames, {}}; }

H5Datatype species_enum(const std::vector<std::string>& names) {
  H5Datatype type{H5Tenum_create(H5T_NATIVE_INT16)};
  h5_check(H5Tenum_insert(type.get(), "none", &no_species));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto value = static_cast<std::int16_t>(i);
    h5_check(H5Tenum_insert(type.get(), names[i].c_str(), &value));
  }
  return type;
}

template <auto member>
void pack_member(const SnapshotRow& row, std::byte* to) {
  std::memcpy(to, &(row.*member), sizeof(row.*member));
}

}  // namespace

SnapshotElements::SnapshotElements(const std::vector<std::string>& species) : species_type_{species_enum(species)} {}

void SnapshotElements::create(const H5File& file, const SnapshotFrame& frame, std::uint64_t actors) {
  most_actors_ = actors;
  const hsize_t n = actors;
  const hsize_t chunk = chunk_rows_for(n);
  const hid_t species_type = species_type_.get();
  const H5Group actor_group{H5Gopen2(file.get(), "particles/actors", H5P_DEFAULT)};
  const auto add_column = [&](const char* name, H5mdColumn column, auto pack) {
    actors_.push_back({create_element(file, actor_group.get(), name, std::move(column)), pack});
  };
  add_column("position", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {n, 3}, chunk, 1, h5md_fill(nowhere)},
             pack_member<&SnapshotRow::position>);
  add_column("id", {H5T_STD_U64LE, H5T_NATIVE_UINT64, {n}, chunk, 1, h5md_fill(std::uint64_t{0})},
             pack_member<&SnapshotRow::id>);
  add_column("species", {species_type, species_type, {n}, chunk, 1, h5md_fill(no_species)},
             pack_member<&SnapshotRow::species>);
  add_column("scheduler", {H5T_STD_U32LE, H5T_NATIVE_UINT32, {n}, chunk, 1, h5md_fill(no_scheduler)},
             pack_member<&SnapshotRow::scheduler>);
  add_column("load", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {n}, chunk, 1, h5md_fill(nowhere)},
             pack_member<&SnapshotRow::load>);

  const hsize_t hosts = frame.scheduler_position.size();
  const hsize_t rows = std::max<hsize_t>(1, hosts);
  const hsize_t chunk_frames = std::max<hsize_t>(1, scalar_chunk_frames / rows);
  const H5Group host_group{H5Gopen2(file.get(), "particles/schedulers", H5P_DEFAULT)};
  schedulers_.push_back(create_element(file, host_group.get(), "position",
                                       {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {hosts, 3}, rows, chunk_frames, {}}));
  schedulers_.push_back(create_element(file, host_group.get(), "rank",
                                       {H5T_STD_U32LE, H5T_NATIVE_UINT32, {hosts}, rows, chunk_frames, {}}));

  const H5Group metrics{H5Gopen2(file.get(), "observables", H5P_DEFAULT)};
  for (const auto& [name, value] : frame.observables) {
    observable_names_.push_back(name);
    observables_.push_back(create_element(file, metrics.get(), name, scalar_column(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE)));
  }
}

H5mdValue SnapshotElements::create_element(const H5File& file, hid_t group, const std::string& name,
                                           H5mdColumn column) {
  const H5Group element = h5_create_group(group, name);
  if (clock_.empty()) {
    clock_.emplace_back(element.get(), "step", scalar_column(H5T_STD_I64LE, H5T_NATIVE_INT64));
    clock_.emplace_back(element.get(), "time", scalar_column(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE));
  } else {
    for (const std::string which : {"step", "time"}) {
      const std::string first = "/particles/actors/position/" + which;
      h5_check(H5Lcreate_hard(file.get(), first.c_str(), element.get(), which.c_str(), H5P_DEFAULT, H5P_DEFAULT));
    }
  }
  return H5mdValue{element.get(), "value", std::move(column)};
}

std::uint64_t SnapshotElements::growth(std::uint64_t frames, std::uint64_t actors) const {
  std::uint64_t bytes = 0;
  for (const ActorColumn& column : actors_) bytes += column.value.growth(frames + 1, actors);
  for (const H5mdValue& value : schedulers_) bytes += value.growth(frames + 1, value.column().shape[0]);
  for (const auto* scalars : {&clock_, &observables_})
    for (const H5mdValue& value : *scalars) bytes += value.growth(frames + 1, 1);
  return bytes;
}

std::optional<std::string> SnapshotElements::complaint_about(const SnapshotFrame& frame) const {
  if (!exist()) return std::nullopt;
  if (!std::ranges::equal(frame.observables, observable_names_, {}, [](const auto& o) { return o.first; }))
    return "the frame's observables differ from the first frame's in number, name or order";
  const hsize_t hosts = schedulers_[0].column().shape[0];
  if (frame.scheduler_position.size() != hosts)
    return fmt::format("the frame has {} schedulers; expected {}, as in the first frame",
                       frame.scheduler_position.size(), hosts);
  return std::nullopt;
}

void SnapshotElements::extend(std::uint64_t frames, std::uint64_t actors) {
  most_actors_ = std::max(most_actors_, actors);
  for (ActorColumn& column : actors_) column.value.extend(frames + 1, most_actors_);
  for (H5mdValue& value : schedulers_) value.extend(frames + 1, value.column().shape[0]);
  for (H5mdValue& value : observables_) value.extend(frames + 1, 1);
}

void SnapshotElements::write_values(std::uint64_t frames, const SnapshotFrame& frame, const OrderedRows& actors,
                                    const Communicator& comm) {
  for (ActorColumn& column : actors_) {
    write_rows(column, frames, actors);
    column.value.fill(frames, frames + 1, actors.total, most_actors_, comm.rank(), comm.size());
    column.value.fill(0, frames, filled_, most_actors_, comm.rank(), comm.size());
  }
  filled_ = most_actors_;
  if (comm.rank() != 0) return;
  schedulers_[0].write(frames, 0, frame.scheduler_position.size(), frame.scheduler_position.data());
  schedulers_[1].write(frames, 0, frame.scheduler_rank.size(), frame.scheduler_rank.data());
  for (std::size_t i = 0; i < observables_.size(); ++i)
    observables_[i].write(frames, 0, 1, &frame.observables[i].second);
}

void SnapshotElements::append_clock(std::uint64_t frames, const SnapshotFrame& frame, const Communicator& comm) {
  for (H5mdValue& value : clock_) value.extend(frames + 1, 1);
  if (comm.rank() != 0) return;
  clock_[0].write(frames, 0, 1, &frame.step);
  clock_[1].write(frames, 0, 1, &frame.time);
}

void SnapshotElements::write_rows(ActorColumn& column, std::uint64_t frame, const OrderedRows& ordered) {
  const std::size_t size = column.value.row_bytes();
  const std::size_t rows_a_piece = piece_bytes / size;
  std::vector<std::byte> buffer(std::min(rows_a_piece, ordered.rows.size()) * size);
  for (std::size_t begin = 0; begin < ordered.rows.size(); begin += rows_a_piece) {
    const std::size_t count = std::min(rows_a_piece, ordered.rows.size() - begin);
    for (std::size_t i = 0; i < count; ++i) column.pack(ordered.rows[begin + i], buffer.data() + i * size);
    column.value.write(frame, ordered.first + begin, count, buffer.data());
  }
}

template <class Visit>
void SnapshotElements::for_each_value(Visit visit) {
  for (ActorColumn& column : actors_) visit(column.value);
  for (auto* values : {&clock_, &schedulers_, &observables_})
    for (H5mdValue& value : *values) visit(value);
}

void SnapshotElements::close() {
  for_each_value([](H5mdValue& value) { value.close(); });
}

void SnapshotElements::abandon() noexcept {
  for_each_value([](H5mdValue& value) { value.abandon(); });
}

}  // namespace circo
