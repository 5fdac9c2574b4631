// Who forwards a message has traffic with who gets it: placement sees routers.

#include <cmath>
#include <map>
#include <utility>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>
#include <circo/space/placement.hpp>

namespace {

using namespace circo;

struct Order {
  std::uint64_t number;
};

constexpr std::uint64_t routers = 4, workers = 24, orders = 600;

/// Gives out orders, each to a router, one per superstep.
struct Source {
  using Receives = Messages<Order>;
  Population all;  // routers
  void on(const Order& order, Context& ctx) {
    ctx.send(all[order.number % routers], order);
    if (order.number + 1 < orders) ctx.wake(Order{order.number + 1});
  }
};

/// Passes orders on to workers of its own.
struct Router {
  using Receives = Messages<Order>;
  Population all;  // workers
  void on(const Order& order, Context& ctx) { ctx.forward(all[order.number % workers]); }
};

struct Worker {
  using Receives = Messages<Order>;
  Addr source;
  std::uint64_t got = 0;
  void on(const Order&, Context& ctx) {
    CHECK(ctx.sender() == source);
    ++got;
  }
};

TEST_CASE("placement sees traffic between source and router and between router and worker, not past the router") {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = 2;
  settings.epoch_messages_per_actor = 0;
  settings.epoch_supersteps = 1u << 20;
  PlacementSettings placement;
  placement.balancer = balancer_named("diffusion");
  placement.infoton_every = 1;
  const Dispatch dispatch = ActorTypes<Source, Router, Worker>::bind();
  Engine<Placement> engine{MPI_COMM_WORLD, dispatch, settings, Placement{placement}};
  std::map<Addr, std::size_t> role;  // 0: source; 1 ...: routers; then workers
  engine.run([&](Setup& setup) {
    const Population all_routers = setup.reserve(routers), all_workers = setup.reserve(workers);
    const Addr source = setup.spawn<Source>(all_routers);
    setup.make<Router>(all_routers, [&](std::uint64_t) { return Router{all_workers}; });
    setup.make<Worker>(all_workers, [&](std::uint64_t) { return Worker{source}; });
    setup.send(source, Order{0});
    role[source] = 0;
    for (std::uint64_t i = 0; i < routers; ++i) role[all_routers[i]] = 1 + i;
    for (std::uint64_t i = 0; i < workers; ++i) role[all_workers[i]] = 1 + routers + i;
  });

  std::map<std::pair<std::size_t, std::size_t>, double> expected;
  for (std::uint64_t order = 0; order < orders; ++order) {
    const std::size_t router = 1 + order % routers, worker = 1 + routers + order % workers;
    ++expected[{0, router}];
    ++expected[{router, worker}];
  }
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < 2; ++i)
    for (const TrafficEdge& edge : engine.plugin<Placement>().traffic()->edges(i)) {
      const auto pair = std::minmax(role.at(edge.self), role.at(edge.partner));
      CAPTURE(pair.first);
      CAPTURE(pair.second);
      REQUIRE(expected.contains(pair));
      CHECK(edge.fresh == doctest::Approx(expected.at(pair)));
      ++seen;
    }
  CHECK(engine.rank().world().sum(seen) == 2 * static_cast<std::int64_t>(expected.size()));
}

}  // namespace
