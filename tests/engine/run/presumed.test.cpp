// Where mail waits without a look-up (Envelope::is_presumed), in whole runs: when actors have moved and nearly all mail
// stays at its scheduler. Invariants 1 and 2 of the design must hold whenever that begins and ends.

#include <doctest/doctest.h>

#include "engine/run/stress.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;

constexpr std::uint64_t actors = 240, groups = 12;

struct Rumor {
  std::uint32_t number;  // of this sender to this receiver, from 1
  std::uint32_t hops;
};

/// Passes rumors on, nearly all within its group; but every third five supersteps half of them to anyone.
class Gossip {
 public:
  using Receives = Messages<Rumor>;

  Gossip() = default;
  Gossip(std::uint64_t number, const Population& all) : group{number % groups} {
    for (std::uint64_t k = 0; k < all.size(); ++k) (k % groups == group ? near_ : far_).push_back(all[k]);
  }

  void on(const Rumor& rumor, Context& ctx) {
    if (ctx.sender() && rumor.number != ++heard_[ctx.sender().bits()]) ++test::out_of_order;
    if (rumor.hops == 0) return;
    auto random = ctx.random();
    const bool stays = random.below(ctx.superstep() / 5 % 3 == 2 ? 2 : 40) != 0;
    const auto& others = stays ? near_ : far_;
    const Addr to = others[random.below(others.size())];
    ctx.send(to, Rumor{++told_[to.bits()], rumor.hops - 1});
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(group, near_, far_, told_, heard_);
  }

  std::uint64_t group = 0;

 private:
  std::vector<Addr> near_, far_;
  std::map<std::uint64_t, std::uint32_t> told_, heard_;
};

std::atomic<std::int64_t> presumed{0}, looked_up{0};

/// Moves each group as a whole to a random scheduler at every epoch, and counts which way mail has come.
struct Flocks {
  void on_deliver(Scheduler&, const Envelope& record, ActorHead&) {
    ++(record.flags & Envelope::is_presumed ? presumed : looked_up);
  }
  void on_epoch(Rank& rank, Epoch& epoch) {
    for (const auto& scheduler : rank.schedulers())
      scheduler->mailbox().for_each_record(
          [](const Envelope& record) { REQUIRE((record.flags & Envelope::is_presumed) == 0); });
    moved += test::move_all(rank, epoch, [&](Scheduler& from, std::uint32_t row) {
      const auto& gossip = *static_cast<const Gossip*>(from.arena().head(row).state());
      return static_cast<SchedulerId>(mix(mix(epoch.number), gossip.group) % rank.layout().schedulers());
    });
  }
  std::int64_t moved = 0;
};

TEST_CASE("mail that is presumed here is delivered once, in order, whenever that begins and ends while actors move") {
  const std::uint64_t seed = test::test_seed();
  for (const SchedulerId schedulers : {2u, 3u})
    for (const std::uint64_t budget : {std::uint64_t{100}, defaults::superstep_budget})
      for (const auto topology : {TopologyKind::complete, TopologyKind::grid}) {
        presumed = looked_up = 0;
        EngineSettings settings;
        settings.rank.schedulers_per_rank = schedulers;
        settings.rank.seed = seed;
        settings.rank.topology = topology;
        settings.superstep_budget = budget;
        settings.staleness = static_cast<int>(schedulers) - 1;
        settings.epoch_supersteps = 7;
        CAPTURE(schedulers);
        CAPTURE(budget);
        const Dispatch dispatch = ActorTypes<Gossip>::bind();
        Engine<Flocks> engine{MPI_COMM_WORLD, dispatch, settings, Flocks{}};
        const End end = engine.run([](Setup& setup) {
          const auto all = setup.populate<Gossip>(actors, [](auto k, const auto& others) { return Gossip{k, others}; });
          for (std::uint64_t k = 0; k < actors; ++k) setup.send(all[k], Rumor{0, 500});
        });
        const auto outcome = test::outcome_of(engine, end);
        std::array<std::int64_t, 2> ways{presumed, looked_up};
        engine.rank().world().sum(ways);
        CHECK(outcome.counts.delivered == actors * 501);
        CHECK(outcome.moved > 0);
        CHECK(ways[0] > 10000);
        CHECK(ways[1] > 10000);
      }
}

}  // namespace
