#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <circo/actor/addr.hpp>
#include <circo/actor/message.hpp>
#include <circo/space/edge_sums.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// One direction of a traffic edge, at the scheduler where `self` lives. Both ends hold the same weight.
struct TrafficEdge {
  Addr self;
  Addr partner;
  float weight;       ///< decayed energy of the infotons of both directions; negative: pushes
  float fresh;        ///< that of the last epoch alone: what nothing has been fitted to yet
  SchedulerId place;  ///< where the partner lived when the epoch closed
};

/// Who talks to whom, how much. Infotons leave their energy at the receiver; at an epoch it is merged into the edges,
/// which become symmetric, and learn where partners live.
class Traffic {
 public:
  /// `limit`: edges an actor, see close_epoch; 0: all.
  explicit Traffic(Rank& rank, std::size_t limit = 0)
      : received_(rank.schedulers().size()),
        edges_(rank.schedulers().size()),
        arrived_(rank.schedulers().size()),
        limit_{limit} {}

  /// An infoton has arrived. On the scheduler's thread.
  void deposit(const Scheduler& at, const Envelope& record) {
    const Addr from = record.infoton_from();
    if (from && from != record.to) received_[local(at)].add(record.to, from, record.infoton()->energy);
  }

  /// *Collective.* Closes an epoch: edges = decay * edges + what has been received at both ends; edges below the
  /// noise, and those of dead actors, go; so do those that are not among the `limit` heaviest of either end, which
  /// leaves `limit` edges an actor at most in the mean over all, and more only at hubs. Mail must be settled.
  void close_epoch(Rank& rank);

  /// The edges at a local scheduler, sorted by (self, partner).
  std::span<const TrafficEdge> edges(std::size_t scheduler) const { return edges_[scheduler]; }
  /// *Collective.* Whether any traffic was known before the last epoch, so that what is fitted to it can be judged by
  /// the last epoch's.
  bool known_before(const Rank& rank) const;
  /// Edges that the limit cost in the last closed epoch. This rank; each edge counts at one of its ends.
  std::uint64_t dropped() const { return dropped_; }

  /// The edges of an actor that moves go along.
  void save(const Scheduler& from, Addr actor, Bytes& out) const;
  void load(const Scheduler& to, Addr actor, ByteReader& in);
  /// What has been deposited in the epoch that is not closed yet.
  void save_received(const Scheduler& at, StateWriter& out);
  void load_received(const Scheduler& at, StateReader& in);
  /// After a migration: the edges of actors that have left are dropped, those that came are sorted in.
  void tidy(Rank& rank);

 private:
  static constexpr SchedulerId unheard = Addr::max_schedulers;  ///< place of an end that has not been heard of

  /// The edge of a sum, made if it is new.
  TrafficEdge& end_of(std::size_t scheduler, EdgeSums::Sum& sum);
  /// Makes `fresh` what this end has received, of new edges too.
  void take_received(std::size_t scheduler);
  /// *Collective.* Adds to `fresh` what the other end has received, and notes where it is. An end that did not know the
  /// edge learns of it, and answers; so one that hears nothing has a dead partner.
  void hear_partners(Rank& rank);
  void drop_lightest(Rank& rank);
  static std::size_t local(const Scheduler& scheduler) { return scheduler.id() - scheduler.settings().first_of_rank; }

  std::vector<EdgeSums> received_;                 // by local scheduler, in this epoch; numbers are those of edges_
  std::vector<std::vector<TrafficEdge>> edges_;    // by local scheduler
  std::vector<std::vector<TrafficEdge>> arrived_;  // with actors that moved here
  std::size_t limit_;
  std::uint64_t dropped_ = 0;
};

}  // namespace circo
