#include <cstdint>
#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>

#include <circo/kernels/runtime.hpp>
#include <circo/run/engine.hpp>
#include <circo/space/placement.hpp>

namespace {

using namespace circo;

struct Hello {};
struct Tick {};

constexpr std::uint64_t side = 40;

/// A vertex of a mesh of side x side: greets its neighbors at each tick.
struct Vertex {
  using Receives = Messages<Hello, Tick>;
  std::uint64_t number = 0;
  std::uint32_t n_neighbors = 0;
  Addr neighbors[4] = {};

  void on(const Hello&, Context&) {}
  void on(const Tick&, Context& ctx) {
    for (std::uint32_t k = 0; k < n_neighbors; ++k) ctx.send(neighbors[k], Hello{});
    ctx.wake(Tick{});
  }
};

void mesh(Setup& setup) {
  const auto all = setup.populate<Vertex>(side * side, [](std::uint64_t i, const auto& vertices) {
    Vertex vertex;
    vertex.number = i;
    const std::uint64_t x = i % side, y = i / side;
    if (x > 0) vertex.neighbors[vertex.n_neighbors++] = vertices[i - 1];
    if (x + 1 < side) vertex.neighbors[vertex.n_neighbors++] = vertices[i + 1];
    if (y > 0) vertex.neighbors[vertex.n_neighbors++] = vertices[i - side];
    if (y + 1 < side) vertex.neighbors[vertex.n_neighbors++] = vertices[i + side];
    return vertex;
  });
  for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Tick{});
}

/// Steps in the mesh from an actor to the next one in its scheduler's memory, in the mean over all ranks.
double steps_to_next(Rank& rank) {
  std::int64_t steps = 0, pairs = 0;
  for (const auto& scheduler : rank.schedulers()) {
    const Arena& arena = scheduler->arena();
    for (std::uint32_t row = 1; row < arena.size(); ++row) {
      const auto number = [&](std::uint32_t r) {
        return static_cast<std::int64_t>(static_cast<const Vertex*>(arena.head(r).state())->number);
      };
      const auto width = static_cast<std::int64_t>(side);
      const std::int64_t a = number(row - 1), b = number(row);
      steps += std::abs(a % width - b % width) + std::abs(a / width - b / width);
      ++pairs;
    }
  }
  return static_cast<double>(rank.world().sum(steps)) / static_cast<double>(rank.world().sum(pairs));
}

TEST_CASE("actors at rest lie in memory near those they talk to") {
  kernels::Runtime::for_process();
  EngineSettings settings;
  settings.rank.schedulers_per_rank = 2;
  settings.epoch_min_supersteps = 4;
  settings.max_epochs = 80;
  PlacementSettings placement{balancer_named("infoton"), {}};
  placement.each.law = law_named("spring");
  placement.each.sweeps = 4;
  placement.each.epochs_per_step = 1;
  Engine<Placement> engine{MPI_COMM_WORLD, ActorTypes<Vertex>::bind(), settings, Placement{placement}};
  CHECK(engine.run(mesh) == End::epochs);
  const double steps = steps_to_next(engine.rank());
  MESSAGE("steps to the next in memory: " << steps);
  // In any order within the part of the mesh that one of S schedulers has it is 27 / sqrt(S): 11 or more here.
  CHECK(steps < 5);
}

}  // namespace
