#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <circo/defaults.hpp>
#include <circo/scheduler/scheduler.hpp>
#include <circo/transport/exchange.hpp>
#include <circo/transport/layout.hpp>
#include <circo/transport/mpi.hpp>
#include <circo/transport/topology.hpp>

namespace circo {

struct RankSettings {
  SchedulerId schedulers_per_rank = 1;
  int threads = 1;
  bool strict = false;
  std::uint64_t seed = 0;
  TopologyKind topology = TopologyKind::automatic;
  std::uint32_t infoton_every = 0;
  std::uint64_t max_actors = UINT64_MAX;  ///< over all ranks
  Exchange::Settings exchange{defaults::first_block_bytes, defaults::transfer_bytes};
};

/// One MPI process: its schedulers, and the paths between them and to other ranks.
class Rank {
 public:
  /// *Collective.*
  Rank(MPI_Comm comm, const Dispatch& dispatch, const RankSettings& settings);

  const Layout& layout() const { return layout_; }
  const RankSettings& settings() const { return settings_; }
  const Communicator& world() const { return world_; }
  const Topology& topology() const { return topology_; }
  Exchange& exchange() { return exchange_; }

  std::span<const std::unique_ptr<Scheduler>> schedulers() const { return schedulers_; }
  Scheduler& scheduler(SchedulerId id) const { return *schedulers_[layout_.local(id)]; }
  std::uint64_t local_actors() const;

  /// Calls `use(Scheduler&)` for each scheduler of this rank, on the rank's threads. `use` must not communicate. What
  /// it throws becomes the failure of the scheduler, as nothing may leave a parallel region.
  template <class Use>
  void parallel(Use&& use) {
    const auto n = static_cast<std::ptrdiff_t>(schedulers_.size());
#pragma omp parallel for schedule(dynamic, 1) num_threads(settings_.threads) if (settings_.threads > 1)
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      Scheduler& scheduler = *schedulers_[static_cast<std::size_t>(i)];
      try {
        use(scheduler);
      } catch (...) {
        scheduler.fail(std::current_exception());
      }
    }
  }

  /// Does local work between two collective calls. What it throws becomes a failure of this rank, of which the next
  /// tally tells the others.
  template <class Work>
  void guard(Work&& work) {
    try {
      work();
    } catch (...) {
      schedulers_.front()->fail(std::current_exception());
    }
  }

  /// Empties the outboxes: mail for this rank's schedulers is handed over without copying, mail for others goes into
  /// the next exchange. In strict mode what is handed over waits for `distribute`. Local.
  void collect();
  /// Puts received mail into mailboxes; in strict mode in the order of the scheduler that passed it on. Local.
  void distribute(std::vector<Section> arrived);

  /// *Collective.* Delivers all mail that is under way to mailboxes, exchange by exchange.
  void deliver_all();
  /// *Collective.* The same, and forwards what waits at a scheduler that its receiver has left, until every record
  /// waits where its receiver is. Then routes may change without breaking the order of messages.
  void settle();

  /// Addresses given out at each home beyond the schedulers that there are, of a run that had more: their actors'
  /// places are kept as Directory::keeper says. The same on every rank.
  const std::vector<std::uint32_t>& lost_homes() const { return lost_homes_; }
  void set_lost_homes(std::vector<std::uint32_t> addresses);

  /// Actors have moved, so mail may need forwarding from now on.
  void set_moved() { moved_ = true; }
  bool moved() const { return moved_; }

 private:
  struct Handover {
    explicit Handover(SchedulerId scheduler) : from{scheduler} {}
    SchedulerId from;
    RecordBuffer records;
  };
  Binding binding_;
  /// Puts the mail for another rank into the next exchange.
  void send_off(Scheduler& from, Outbox& outbox);

  RankSettings settings_;
  Communicator world_;
  Layout layout_;
  Topology topology_;
  Exchange exchange_;
  std::vector<std::unique_ptr<Scheduler>> schedulers_;
  std::vector<std::vector<Handover>> handed_over_;  // strict mode, by local scheduler
  std::vector<std::uint32_t> lost_homes_;
  bool moved_ = false;
};

}  // namespace circo
