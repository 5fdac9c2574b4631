#pragma once

#include <cstdint>
#include <memory>

#include <circo/run/epoch.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/law.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

struct PlacementSettings {
  BalancerKind balancer;
  BalancerSettings each;
  std::uint32_t infoton_every = 0;  ///< 0: adapted to the traffic
  std::size_t traffic_limit = 0;    ///< edges an actor; 0: all
};

/// Plugin: infotons, law, balancer and migration. Captures infotons as messages are delivered; at an epoch brings the
/// traffic up to date, asks the balancer where actors belong, and moves them.
class Placement {
 public:
  explicit Placement(const PlacementSettings& settings) : settings_{settings} {}

  void on_setup(Rank& rank);
  void on_deliver(Scheduler& at, const Envelope& record, ActorHead& actor) {
    if (record.flags & Envelope::has_infoton) [[unlikely]]
      capture(at, record, actor);
  }
  void on_epoch(Rank& rank, Epoch& epoch);
  void on_migrate_out(Scheduler& from, std::uint32_t row, Bytes& out);
  void on_migrate_in(Scheduler& to, std::uint32_t row, ByteReader& in);

  void on_checkpoint(Rank& rank, Bytes& out);
  void on_checkpoint(Scheduler& at, StateWriter& out);
  void on_resume(Scheduler& at, StateReader& in);
  /// What the balancer knows is dropped when the number of schedulers is another.
  void on_resume(Rank& rank, ByteReader& in);

  const Traffic* traffic() const { return traffic_.get(); }

 private:
  void capture(Scheduler& at, const Envelope& record, ActorHead& actor);
  /// Puts each scheduler in the middle of its actors.
  static void centre_schedulers(Rank& rank);
  /// Once actors have come to rest, lays them out in memory by where they are.
  void lay_out(Rank& rank, const Epoch& epoch);
  Activity activity(const Epoch& epoch);
  /// To the next step.
  std::uint64_t epochs_ahead() const;
  void set_infoton_rate(Rank& rank, const Epoch& epoch, Activity activity);

  PlacementSettings settings_;
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<Balancer> balancer_;  // null: actors stay
  double moved_ = 0;                    // actors, since they were last laid out
};

}  // namespace circo
