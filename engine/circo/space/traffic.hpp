#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <circo/actor/addr.hpp>
#include <circo/actor/message.hpp>
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

/// Who talks to whom, how much. Infotons leave their energy at the receiver, in a log; at an epoch the logs are merged
/// into the edges, which become symmetric, and learn where partners live.
class Traffic {
 public:
  /// `limit`: edges an actor, see close_epoch; 0: all.
  explicit Traffic(Rank& rank, std::size_t limit = 0)
      : logs_(rank.schedulers().size()),
        edges_(rank.schedulers().size()),
        arrived_(rank.schedulers().size()),
        limit_{limit} {}

  /// An infoton has arrived. On the scheduler's thread.
  void deposit(const Scheduler& at, const Envelope& record) {
    if (record.from && record.from != record.to)
      logs_[local(at)].push_back({record.to, record.from, record.infoton()->energy});
  }

  /// *Collective.* Closes an epoch: edges = decay * edges + what the logs hold in both directions; edges below the
  /// noise, and those of dead actors, go; so do those that are not among the `limit` heaviest of either end, which
  /// leaves `limit` edges an actor at most in the mean over all, and more only at hubs. Mail must be settled.
  void close_epoch(Rank& rank);

  /// The edges at a local scheduler, sorted by (self, partner).
  std::span<const TrafficEdge> edges(std::size_t scheduler) const { return edges_[scheduler]; }
  /// Infotons that arrived in the last closed epoch. This rank.
  std::uint64_t infotons() const { return infotons_; }
  /// Edges that the limit cost in the last closed epoch. This rank; each edge counts at one of its ends.
  std::uint64_t dropped() const { return dropped_; }

  /// The edges of an actor that moves go along.
  void save(const Scheduler& from, Addr actor, Bytes& out) const;
  void load(const Scheduler& to, Addr actor, ByteReader& in);
  /// What has been deposited in the epoch that is not closed yet.
  void save_log(const Scheduler& at, StateWriter& out) const { out.put_all(std::span{logs_[local(at)]}); }
  void load_log(const Scheduler& at, StateReader& in) { logs_[local(at)] = in.get_all<Deposit>(); }
  /// After a migration: the edges of actors that have left are dropped, those that came are sorted in.
  void tidy(Rank& rank);

 private:
  struct Deposit {
    Addr self;
    Addr partner;
    float energy;
  };
  void drop_lightest(Rank& rank);
  static std::size_t local(const Scheduler& scheduler) { return scheduler.id() - scheduler.settings().first_of_rank; }

  std::vector<std::vector<Deposit>> logs_;         // by local scheduler
  std::vector<std::vector<TrafficEdge>> edges_;    // by local scheduler
  std::vector<std::vector<TrafficEdge>> arrived_;  // with actors that moved here
  std::size_t limit_;
  std::uint64_t infotons_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace circo
