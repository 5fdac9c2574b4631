#include <circo/io/metrics.hpp>
#include <circo/io/observed.hpp>
#include <circo/io/snapshots.hpp>
#include <circo/scheduler/load_of.hpp>
#include <circo/transport/together.hpp>

namespace circo {

void Snapshots::on_start(Rank& rank) {
  if (settings_.none) return;
  writer_ = std::make_unique<SnapshotWriter>(rank.world().get(), folder_.snapshots(), header_);
  together(rank.world(), "go on with " + folder_.xdmf().string(), [&] {
    if (rank.world().rank() == 0)
      xdmf_.emplace(folder_.xdmf(), folder_.snapshots(), static_cast<std::int64_t>(last_.epoch));
  });
  Epoch start;
  start.number = last_.epoch;
  start.superstep = last_.superstep;
  start.wall_s = last_.wall_s;
  start.actors = static_cast<std::uint64_t>(rank.world().sum(static_cast<std::int64_t>(rank.local_actors())));
  write(rank, start);
}

void Snapshots::on_epoch(Rank& rank, const Epoch& epoch) {
  last_ = {epoch.number, epoch.superstep, epoch.wall_s};
  const bool due = epoch.last || (settings_.every != 0 && epoch.number % settings_.every == 0);
  if (writer_ && due) write(rank, epoch);
}

void Snapshots::on_checkpoint(Rank&, Bytes& out) { append(out, last_); }

void Snapshots::on_resume(Rank&, ByteReader& in) { last_ = in.get<Moment>(); }

void Snapshots::on_stop(Rank&) {
  if (writer_) writer_->close();
}

std::vector<SnapshotEdge> Snapshots::edges(const Rank& rank) const {
  std::vector<SnapshotEdge> edges;
  const Traffic* const traffic = placement_ != nullptr ? placement_->traffic() : nullptr;
  if (traffic == nullptr || settings_.edges == 0) return edges;
  for (std::size_t scheduler = 0; scheduler < rank.schedulers().size(); ++scheduler) {
    for (const TrafficEdge& edge : traffic->edges(scheduler))
      if (edge.self < edge.partner) edges.push_back({edge.self.bits(), edge.partner.bits(), edge.weight});
  }
  return edges;
}

void Snapshots::write(Rank& rank, const Epoch& epoch) {
  const std::vector<ObservedColumn> observed = observe_actors(rank);
  std::vector<std::uint64_t> ids;
  std::vector<Position> positions;
  std::vector<std::int16_t> species;
  std::vector<std::uint32_t> schedulers;
  std::vector<float> loads;
  std::vector<Position> own_places;
  together(rank.world(), "take a snapshot", [&] {
    for (const auto& scheduler : rank.schedulers()) {
      const Arena& arena = scheduler->arena();
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        ids.push_back(arena.addr(row).bits());
        species.push_back(arena.type_number(row));
        schedulers.push_back(scheduler->id());
        loads.push_back(static_cast<float>(load_of(*scheduler, row)));
      }
      positions.insert(positions.end(), arena.positions().begin(), arena.positions().end());
      own_places.push_back(scheduler->position());
    }
  });
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{own_places}));
  std::vector<Position> places(bytes.size() / sizeof(Position));
  std::memcpy(places.data(), bytes.data(), bytes.size());
  std::vector<std::uint32_t> hosts(places.size());
  for (SchedulerId s = 0; s < hosts.size(); ++s) hosts[s] = static_cast<std::uint32_t>(rank.layout().host(s));
  const auto observables = Metrics::row(epoch);
  const std::vector<SnapshotEdge> traffic = edges(rank);
  SnapshotFrame frame;
  frame.step = static_cast<std::int64_t>(epoch.number);
  // Time in supersteps in strict mode, so that the file is the same on every layout.
  frame.time = rank.settings().strict ? static_cast<double>(epoch.superstep) : epoch.wall_s;
  frame.id = ids;
  frame.position = positions;
  frame.species = species;
  frame.scheduler = schedulers;
  frame.load = loads;
  frame.scheduler_position = places;
  frame.scheduler_rank = hosts;
  frame.observables = observables;
  frame.observed = observed;
  frame.edges = traffic;
  frame.most_edges = settings_.edges;
  const SnapshotSizes sizes = writer_->write(frame);
  together(rank.world(), "write frame " + std::to_string(frame.step) + " to " + folder_.xdmf().string(), [&] {
    if (xdmf_) xdmf_->add(frame, sizes);
  });
}

}  // namespace circo
