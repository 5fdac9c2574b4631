#include <doctest/doctest.h>
#include <pagerank/pagerank.hpp>

#include "engine/scheduler/no_hooks.hpp"
#include <circo/scheduler/drain.hpp>

using namespace circo;
using namespace circo::models;

TEST_CASE("a hub passes the word on in the superstep after the one it came in, so that other hubs get it meanwhile") {
  const Dispatch dispatch = PageRankModel::Actors::bind();
  Scheduler scheduler{0, dispatch, {}};
  test::NoHooks hooks;
  const Addr parent{1, 0, 1}, child{1, 1, 1};
  Context outside{scheduler};
  const Addr hub = outside.spawn_at<Hub>({}, parent, std::vector{child}, 0.0, std::uint64_t{10});
  const auto waiting_for = [&](SchedulerId to) {
    std::size_t records = 0;
    for (const Outbox& outbox : scheduler.outboxes())
      if (outbox.to == to) records += outbox.records.records();
    return records;
  };
  outside.send(hub, FinishIteration{0.5, false});
  drain(scheduler, hooks, UINT64_MAX);
  REQUIRE_FALSE(scheduler.failure());
  CHECK(waiting_for(1) == 0);
  CHECK(waiting_for(0) == 1);  // the hub's message to itself
  for (Outbox& outbox : scheduler.outboxes())
    if (outbox.to == 0) scheduler.mailbox().splice(outbox.records);
  drain(scheduler, hooks, UINT64_MAX);
  REQUIRE_FALSE(scheduler.failure());
  CHECK(waiting_for(1) == 1);
  CHECK(waiting_for(0) == 0);
}
