// The stress test on many ranks, in small: the neighbor graph is a grid, mail goes over up to three hops.

#include <doctest/doctest.h>

#include "engine/run/stress.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;

EngineSettings wide_settings() {
  EngineSettings settings;
  settings.rank.seed = test::test_seed();
  settings.rank.topology = TopologyKind::grid;
  settings.rank.infoton_every = 3;
  settings.rank.exchange.first_block_bytes = 256;
  settings.epoch_supersteps = 8;
  settings.superstep_budget = 50;
  return settings;
}

TEST_CASE("nothing is lost, doubled or reordered over many ranks in a grid") {
  EngineSettings settings = wide_settings();
  for (const int staleness : {0, 2}) {
    settings.staleness = staleness;
    const auto outcome = test::stress(settings, 200, 200, 30);
    CHECK(outcome.counts.died > 0);
    CHECK(outcome.counts.dead_letters > 0);
    CHECK(outcome.moved > 0);
  }
}

TEST_CASE("strict runs over many ranks do the same in a grid and with all connected") {
  EngineSettings settings = wide_settings();
  settings.rank.strict = true;
  const auto grid = test::stress(settings, 100, 100, 20);
  settings.rank.topology = TopologyKind::complete;
  const auto complete = test::stress(settings, 100, 100, 20);
  CHECK(grid.fingerprint == complete.fingerprint);
  CHECK(grid.moved == complete.moved);
}

}  // namespace
