#include <algorithm>
#include <limits>
#include <span>
#include <type_traits>
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

constexpr float nowhere = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();  // no scheduler, rank or row
constexpr std::int16_t no_species = -1;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Observables that come with the clock: how many actors and edges the frame has.
constexpr std::string_view counts[] = {"snapshot_actors", "snapshot_edges"};

/// Of /particles/actors, besides what models observe, which comes behind.
constexpr std::string_view own_columns[] = {"position", "id", "species", "scheduler", "rank", "load"};

static_assert(sizeof(Position) == 3 * sizeof(float));

std::uint64_t chunk_rows_for(std::uint64_t rows) {
  const std::uint64_t pieces = std::max<std::uint64_t>(1, (rows + most_chunk_rows - 1) / most_chunk_rows);
  return std::max(least_chunk_rows, (rows + pieces - 1) / pieces);
}

H5mdColumn scalar_column(hid_t stored, hid_t in_memory, std::vector<std::byte> fill) {
  return {stored, in_memory, {}, 1, scalar_chunk_frames, std::move(fill)};
}

H5Datatype species_enum(const std::vector<std::string>& names) {
  H5Datatype type{H5Tenum_create(H5T_NATIVE_INT16)};
  std::string none = "none";
  while (std::ranges::find(names, none) != names.end()) none = fmt::format("({})", none);
  h5_check(H5Tenum_insert(type.get(), none.c_str(), &no_species));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto value = static_cast<std::int16_t>(i);
    h5_check(H5Tenum_insert(type.get(), names[i].c_str(), &value));
  }
  return type;
}

}  // namespace

SnapshotElements::SnapshotElements(const std::vector<std::string>& species, int deflate)
    : species_type_{species_enum(species)}, deflate_{deflate} {}

H5mdValue* SnapshotElements::find(Values& values, const std::string& name) {
  const auto found = std::ranges::find(values, name, &Value::name);
  return found == values.end() ? nullptr : &found->value;
}

std::uint64_t SnapshotElements::chunk_rows(std::uint64_t actors) const {
  return actors_.empty() ? chunk_rows_for(actors) : actors_.front().value.column().chunk_rows;
}

std::optional<std::string> SnapshotElements::complaint_about(const SnapshotFrame& frame) const {
  const std::size_t hosts = frame.scheduler_position.size();
  if (!schedulers_.empty() && hosts != schedulers_[0].value.column().shape[0]) {
    return fmt::format("the frame has {} schedulers; expected {}, as in the first frame", hosts,
                       schedulers_[0].value.column().shape[0]);
  }
  for (const ObservedColumn& column : frame.observed) {
    if (std::ranges::find(own_columns, column.name) != std::end(own_columns))
      return fmt::format("a model observes '{}', which is a column of its own; choose another name", column.name);
  }
  for (const auto& [name, value] : frame.observables) {
    if (std::ranges::find(counts, name) != std::end(counts))
      return fmt::format("'{}' is an observable of the snapshot's own; choose another name", name);
  }
  return std::nullopt;
}

bool SnapshotElements::lacks(const OrderedFrame& next) const {
  const auto no_value = [](const Values& values) {
    return [&](const std::string& name) { return find(values, name) == nullptr; };
  };
  return actors_.empty() || (edges_.empty() && next.edges.total > 0) ||
         std::ranges::any_of(next.frame.observed, no_value(actors_), &ObservedColumn::name) ||
         std::ranges::any_of(next.frame.observables, no_value(observables_), [](const auto& o) { return o.first; });
}

H5Group SnapshotElements::create_group(const H5File& file, const std::string& parent, const std::string& name) {
  const H5Group above{H5Gopen2(file.get(), parent.c_str(), H5P_DEFAULT)};
  H5Group element = h5_create_group(above.get(), name);
  if (clock_.empty()) {
    clock_.push_back({"step", {element.get(), "step", scalar_column(H5T_STD_I64LE, H5T_NATIVE_INT64, {})}});
    clock_.push_back({"time", {element.get(), "time", scalar_column(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {})}});
  } else {
    for (const std::string which : {"step", "time"}) {
      const std::string first = "/particles/actors/position/" + which;
      h5_check(H5Lcreate_hard(file.get(), first.c_str(), element.get(), which.c_str(), H5P_DEFAULT, H5P_DEFAULT));
    }
  }
  return element;
}

void SnapshotElements::create(const H5File& file, const OrderedFrame& next) {
  create_actors(file, next);
  if (edges_.empty() && next.edges.total > 0) create_edges(file, next);
  if (schedulers_.empty()) {
    const hsize_t hosts = next.frame.scheduler_position.size(), rows = std::max<hsize_t>(1, hosts);
    const hsize_t chunk_frames = std::max<hsize_t>(1, scalar_chunk_frames / rows);
    const auto add = [&](const std::string& name, const H5mdColumn& column) {
      const H5Group element = create_group(file, "particles/schedulers", name);
      schedulers_.push_back({name, {element.get(), "value", column}});
    };
    add("position", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {hosts, 3}, rows, chunk_frames, {}});
    add("rank", {H5T_STD_U32LE, H5T_NATIVE_UINT32, {hosts}, rows, chunk_frames, {}});
    for (const std::string_view name : counts) {
      const H5Group element = create_group(file, "observables", std::string{name});
      clock_.push_back(
          {std::string{name}, {element.get(), "value", scalar_column(H5T_STD_U64LE, H5T_NATIVE_UINT64, {})}});
    }
  }
  for (const auto& [name, value] : next.frame.observables) {
    if (find(observables_, name) != nullptr) continue;
    const H5Group element = create_group(file, "observables", name);
    const H5mdColumn column = scalar_column(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, h5md_fill(unknown));
    observables_.push_back({name, {element.get(), "value", column}});
  }
}

void SnapshotElements::create_actors(const H5File& file, const OrderedFrame& next) {
  const hsize_t n = std::max(most_actors_, next.actors.total());
  const hsize_t chunk = chunk_rows(n);
  const auto add = [&](const std::string& name, H5mdColumn column, const std::string& unit) {
    const H5Group element = create_group(file, "particles/actors", name);
    column.deflate = deflate_;
    actors_.push_back({name, {element.get(), "value", std::move(column)}});
    if (!unit.empty()) h5_write_attribute(actors_.back().value.id(), "unit", unit);
  };
  if (actors_.empty()) {
    const hid_t species = species_type_.get();
    add("position", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {n, 3}, chunk, 1, h5md_fill(nowhere)}, "");
    add("id", {H5T_STD_U64LE, H5T_NATIVE_UINT64, {n}, chunk, 1, h5md_fill(std::uint64_t{0})}, "");
    add("species", {species, species, {n}, chunk, 1, h5md_fill(no_species)}, "");
    add("scheduler", {H5T_STD_U32LE, H5T_NATIVE_UINT32, {n}, chunk, 1, h5md_fill(nobody)}, "");
    add("rank", {H5T_STD_U32LE, H5T_NATIVE_UINT32, {n}, chunk, 1, h5md_fill(nobody)}, "");
    add("load", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {n}, chunk, 1, h5md_fill(nowhere)}, "");
  }
  for (const ObservedColumn& column : next.frame.observed)
    if (find(actors_, column.name) == nullptr)
      add(column.name, {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {n}, chunk, 1, h5md_fill(unknown)}, column.unit);
}

void SnapshotElements::create_edges(const H5File& file, const OrderedFrame& next) {
  const hsize_t m = next.edges.total;
  const hsize_t chunk = chunk_rows_for(m);
  const H5Group element = create_group(file, "connectivity", "traffic");
  h5_write_reference(element.get(), "particles_group", file.get(), "particles/actors");
  const auto add = [&](const std::string& name, H5mdColumn column) {
    column.deflate = deflate_;
    edges_.push_back({name, {element.get(), name, std::move(column)}});
  };
  add("value", {H5T_STD_U64LE, H5T_NATIVE_UINT64, {m, 2}, chunk, 1, h5md_fill(std::uint64_t{0})});
  add("weight", {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {m}, chunk, 1, h5md_fill(0.0F)});
  add("rows", {H5T_STD_U32LE, H5T_NATIVE_UINT32, {m, 2}, chunk, 1, h5md_fill(nobody)});
}

std::uint64_t SnapshotElements::growth(const OrderedFrame& next) const {
  const std::uint64_t frames = next.number + 1;
  std::uint64_t bytes = 0;
  for (const Value& each : actors_) bytes += each.value.growth(frames, next.actors.total());
  for (const Value& each : edges_) bytes += each.value.growth(frames, next.edges.total);
  for (const Value& each : schedulers_) bytes += each.value.growth(frames, each.value.column().shape[0]);
  for (const Values* scalars : {&clock_, &observables_})
    for (const Value& each : *scalars) bytes += each.value.growth(frames, 1);
  return bytes;
}

void SnapshotElements::extend(const OrderedFrame& next) {
  const std::uint64_t frames = next.number + 1;
  most_actors_ = std::max(most_actors_, next.actors.total());
  most_edges_ = std::max(most_edges_, next.edges.total);
  for (Value& each : actors_) each.value.extend(frames, most_actors_);
  for (Value& each : edges_) each.value.extend(frames, most_edges_);
  for (Value& each : schedulers_) each.value.extend(frames, each.value.column().shape[0]);
  for (Value& each : observables_) each.value.extend(frames, 1);
}

void SnapshotElements::write(const OrderedFrame& next, const Communicator& comm,
                             const std::function<void(const std::function<void()>&)>& together) {
  const auto& [frame, actors, edges, number] = next;
  const auto write_rows = [&](H5mdValue& value, std::uint64_t first, std::uint64_t total, const auto& column,
                              std::uint64_t most) {
    together([&] {
      value.write(number, first, column.size(), column.data(), most);
      value.pad(number, total, comm.rank(), comm.size());
    });
  };
  const auto write_actors = [&](const char* name, const auto& column) {
    write_rows(*find(actors_, name), actors.first(), actors.total(), column, actors.most());
  };
  const auto write_ordered = [&](const char* name, const auto& column) {
    std::vector<std::remove_cvref_t<decltype(column[0])>> room;
    write_actors(name, actors.apply(std::span{column}, room));
  };
  write_actors("id", actors.ids());
  write_ordered("position", frame.position);
  write_ordered("species", frame.species);
  write_ordered("scheduler", frame.scheduler);
  write_ordered("load", frame.load);
  std::vector<std::uint32_t> hosts;
  for (const std::uint32_t scheduler : frame.scheduler) hosts.push_back(frame.scheduler_rank[scheduler]);
  write_ordered("rank", std::span<const std::uint32_t>{hosts});
  for (Value& each : std::span{actors_}.subspan(std::size(own_columns))) {
    const auto shown = std::ranges::find(frame.observed, each.name, &ObservedColumn::name);
    const bool missing = shown == frame.observed.end();
    const std::vector<double> none(missing ? frame.id.size() : 0, unknown);
    write_ordered(each.name.c_str(), std::span<const double>{missing ? none : shown->values});
  }
  if (!edges_.empty()) {
    const auto most = static_cast<std::uint64_t>(comm.max(static_cast<double>(edges.weight.size())));
    write_rows(edges_[0].value, edges.first, edges.total, edges.ids, most);
    write_rows(edges_[1].value, edges.first, edges.total, edges.weight, most);
    write_rows(edges_[2].value, edges.first, edges.total, edges.rows, most);
  }
  together([&] {
    if (comm.rank() != 0) return;
    const auto write_all = [&](Value& each, const auto& data) {
      each.value.write(number, 0, data.size(), data.data(), 0);
    };
    write_all(schedulers_[0], frame.scheduler_position);
    write_all(schedulers_[1], frame.scheduler_rank);
    for (Value& each : observables_) {
      const auto found = std::ranges::find(frame.observables, each.name, [](const auto& o) { return o.first; });
      const bool missing = found == frame.observables.end();
      if (!missing) each.value.write(number, 0, 1, &found->second, 0);
      each.value.pad(number, missing ? 0 : 1, 0, 1);
    }
  });
}

void SnapshotElements::append_clock(const OrderedFrame& next, const Communicator& comm) {
  for (Value& each : clock_) each.value.extend(next.number + 1, 1);
  if (comm.rank() != 0) return;
  clock_[0].value.write(next.number, 0, 1, &next.frame.step, 0);
  clock_[1].value.write(next.number, 0, 1, &next.frame.time, 0);
  const std::uint64_t sizes[] = {next.actors.total(), next.edges.total};
  for (std::size_t k = 0; k < std::size(counts); ++k) clock_[2 + k].value.write(next.number, 0, 1, &sizes[k], 0);
}

template <class Visit>
void SnapshotElements::for_each_value(Visit visit) {
  for (Values* values : {&clock_, &actors_, &schedulers_, &observables_, &edges_})
    for (Value& each : *values) visit(each.value);
}

void SnapshotElements::close() {
  for_each_value([](H5mdValue& value) { value.close(); });
}

void SnapshotElements::abandon() noexcept {
  for_each_value([](H5mdValue& value) { value.abandon(); });
}

}  // namespace circo
