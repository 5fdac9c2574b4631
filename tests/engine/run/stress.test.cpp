// Invariants 1-3 and 5 of the design: nothing is lost, nothing comes twice, messages of a pair arrive in order,
// addresses stay valid, the run ends by itself; under actors that spawn, die and send at random and are all moved at
// random in every epoch.

#include "engine/run/stress.hpp"

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"

namespace {

using namespace circo;
using test::stress;

TEST_CASE("nothing is lost, doubled or reordered while every actor is moved at random in every epoch") {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const std::uint64_t seed = test::test_seed();
  for (const bool strict : {false, true})
    for (const SchedulerId schedulers : {1u, 2u, 3u})
      for (const int threads : {1, 2})
        for (const auto topology : {TopologyKind::complete, TopologyKind::grid}) {
          if (threads > static_cast<int>(schedulers)) continue;
          EngineSettings settings;
          settings.rank.schedulers_per_rank = schedulers;
          settings.rank.threads = threads;
          settings.rank.strict = strict;
          settings.rank.seed = seed + schedulers;
          settings.rank.topology = topology;
          settings.rank.infoton_every = 3;
          settings.rank.exchange.first_block_bytes = threads == 1 ? 64 : 2048;
          settings.rank.exchange.transfer_bytes = threads == 1 ? 128 : 1 << 20;
          settings.rank.exchange.share_memory = (topology == TopologyKind::grid) == (threads == 1);
          settings.superstep_budget = threads == 1 ? 50 : defaults::superstep_budget;
          settings.staleness = static_cast<int>(schedulers) - 1;
          settings.epoch_supersteps = 3;
          CAPTURE(strict);
          CAPTURE(schedulers);
          CAPTURE(threads);
          CAPTURE(settings.staleness);
          const auto outcome = stress(settings, 150, 150, 60);
          CHECK(outcome.counts.died > 0);
          CHECK(outcome.counts.dead_letters > 0);
          if (static_cast<int>(schedulers) * ranks > 1) CHECK(outcome.moved > 0);
        }
}

TEST_CASE("strict runs do the same for every number of threads and topology") {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = 2;
  settings.rank.strict = true;
  settings.rank.seed = 5;
  settings.epoch_supersteps = 4;
  const auto first = stress(settings, 150, 150, 60);
  settings.rank.threads = 2;
  settings.rank.topology = TopologyKind::grid;
  settings.rank.exchange.first_block_bytes = 32;
  const auto second = stress(settings, 150, 150, 60);
  CHECK(first.fingerprint == second.fingerprint);
  CHECK(first.counts.delivered > 1000);
}

}  // namespace
