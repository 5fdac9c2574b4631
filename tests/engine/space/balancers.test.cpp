#include <cmath>
#include <numeric>

#include "engine/space/balancer_world.hpp"
#include "engine/test_seed.hpp"
#include <circo/defaults.hpp>

namespace {

using namespace circo;
using namespace circo::test;

/// Balancers by load, that see nothing whole, and those that see all.
std::vector<std::string_view> balancers_here() {
  std::vector<std::string_view> names{"greedy", "diffusion"};
  std::ranges::copy(partitioners_here(), std::back_inserter(names));
  return names;
}

std::vector<double> random_loads(std::size_t n, std::uint64_t seed) {
  Random random{seed, 0};
  std::vector<double> loads(n);
  // Pareto of index 1.3: some weigh a hundred times as much as others.
  for (double& load : loads) load = std::min(100.0, std::pow(1 - random.uniform(), -1 / 1.3));
  return loads;
}

auto all_at(std::size_t scheduler) {
  return [=](std::size_t) { return static_cast<SchedulerId>(scheduler); };
}

/// Squares in line, one for each of two schedulers a rank, whose actors are dealt out evenly in a random order.
BalancerWorld dealt_out_mesh(std::size_t side, std::string_view balancer, std::uint64_t seed) {
  const std::size_t n = 2 * ranks();
  std::vector<std::size_t> order(side * side * n);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::shuffle(order, Random{seed, 0});
  return {std::vector<double>(order.size(), 1), grid(side, side * n),
          [=](std::size_t k) { return static_cast<SchedulerId>(order[k] % n); }, balancer};
}

TEST_CASE("whatever the start, every balancer comes to balance, and then nothing moves") {
  const std::size_t n = 2 * ranks();
  for (const auto name : balancers_here()) {
    for (const auto& start : {std::function<SchedulerId(std::size_t)>{all_at(n - 1)}, {anywhere(n, 5)}}) {
      CAPTURE(name);
      RunningWorld world{MPI_COMM_WORLD, 2, {std::vector<double>(60 * n, 2.5), grid(60, n), start, name}};
      world.settle();
      // One actor in 60 is 1.7 %.
      CHECK(world.imbalance() <= defaults::balanced + 0.02);
      for (int k = 0; k < 5; ++k) CHECK(world.step() == 0);
    }
  }
}

TEST_CASE("greedy balances uneven loads as far as the heaviest actor lets it, and moves little more than the surplus") {
  const std::uint64_t seed = test_seed();
  const std::size_t n = 2 * ranks();
  for (std::uint64_t round = 0; round < 5; ++round) {
    const auto loads = random_loads(40 * n, mix(seed, round));
    double all = 0, heaviest = 0;
    for (const double load : loads) {
      all += load;
      heaviest = std::max(heaviest, load);
    }
    RunningWorld world{MPI_COMM_WORLD, 2, {loads, {}, anywhere(n, mix(seed, round)), "greedy"}};
    const double before = world.imbalance();
    const auto places = world.places();
    std::vector<double> at(n, 0);
    for (std::size_t k = 0; k < loads.size(); ++k) at[static_cast<std::size_t>(places[k])] += loads[k];
    double surplus = 0;
    for (const double load : at) surplus += std::max(0.0, load - all / static_cast<double>(n));
    world.settle();
    CHECK(world.imbalance() <= std::max(defaults::balanced, heaviest * n / all) + 0.05);
    CHECK(world.imbalance() <= before);
    double moved = 0;
    const auto after = world.places();
    for (std::size_t k = 0; k < loads.size(); ++k)
      if (after[k] != places[k]) moved += loads[k];
    CHECK(moved <= 1.5 * surplus + heaviest);
  }
}

TEST_CASE("diffusion evens out a hot spot and keeps together who talks") {
  const std::size_t n = 2 * ranks();
  auto strips = [](std::size_t k) { return static_cast<SchedulerId>(k / 200); };
  auto cut_after = [&](std::string_view name) {
    RunningWorld world{MPI_COMM_WORLD, 2, {std::vector<double>(200 * n, 1), grid(20, 10 * n), strips, name}};
    CHECK(world.settle() == 0);
    const double before = world.cut();
    for (std::size_t k = 0; k < 200; ++k) world.set_load(k, 2);
    CHECK(world.imbalance() > 1.3);
    world.settle();
    CHECK(world.imbalance() <= defaults::balanced);
    return world.cut() / before;
  };
  const double diffusion = cut_after("diffusion");
  // Between strips only the borders move.
  CHECK(diffusion <= 2);
  CHECK(diffusion < cut_after("greedy"));
}

TEST_CASE("diffusion brings together who talks when loads are even, too, and then nothing moves") {
  const std::uint64_t seed = test_seed();
  constexpr std::size_t side = 16;
  RunningWorld world{MPI_COMM_WORLD, 2, dealt_out_mesh(side, "diffusion", seed)};
  const double random = world.cut();
  world.settle();
  MESSAGE("cut in parts of a random one: " << world.cut() / random
                                           << ", of squares: " << world.cut() / (side * (world.schedulers() - 1.0)));
  // With 30 seeds each on 1 to 4 ranks it was 0.03 to 0.08; with trades that take no loss on the way 0.30 and more.
  CHECK(world.cut() <= 0.15 * random);
  CHECK(world.imbalance() <= defaults::balanced);
  for (int k = 0; k < 80; ++k) REQUIRE(world.step() == 0);
}

TEST_CASE("a division that cuts less, but leaves one of two schedulers with too much, is not traded for") {
  if (ranks() > 1) return;
  // A chain of 15 with loads of 10 on either side. Whoever grows from an end takes the heavy one too, for a cut of 1.
  constexpr std::size_t heavy = 9;
  std::vector<double> loads(15, 1);
  loads[heavy] = 6;
  std::vector<Tie> chain;
  for (std::uint32_t k = 1; k < loads.size(); ++k) chain.push_back({k - 1, k, 100});
  const auto start = [](std::size_t k) { return static_cast<SchedulerId>(k >= heavy && k < 14); };
  RunningWorld world{MPI_COMM_WORLD, 2, {loads, chain, start, "diffusion"}};
  REQUIRE(world.imbalance() == doctest::Approx(1));
  REQUIRE(world.cut() == 200);
  for (int k = 0; k < 10; ++k) world.step();
  CHECK(world.imbalance() == doctest::Approx(1));
  CHECK(world.cut() == 200);
}

TEST_CASE("what is fitted to the first epoch's traffic cannot be judged by it: nobody moves before the second") {
  const std::uint64_t seed = test_seed();
  for (const auto name : balancers_here()) {
    if (name == "greedy") continue;
    CAPTURE(name);
    RunningWorld world{MPI_COMM_WORLD, 2, dealt_out_mesh(16, name, seed)};
    CHECK(world.step() == 0);
    CHECK(world.step() > 0);
  }
}

TEST_CASE("noise of sampled traffic seldom makes schedulers trade") {
  const std::size_t n = 2 * ranks();
  constexpr std::size_t side = 16;
  BalancerWorld plan{std::vector<double>(side * side * n, 1), grid(side, side * n), anywhere(n, 5), "diffusion"};
  plan.infoton_every = 4;
  RunningWorld world{MPI_COMM_WORLD, 2, plan};
  for (int k = 0; k < 150; ++k) world.step();
  std::size_t restless = 0;
  for (int k = 0; k < 60; ++k) restless += world.step() != 0;
  CHECK(restless <= ranks());
}

TEST_CASE("a changed load is met again") {
  const std::size_t n = 2 * ranks();
  for (const auto name : balancers_here()) {
    CAPTURE(name);
    RunningWorld world{MPI_COMM_WORLD, 2, {std::vector<double>(100 * n, 1), grid(10, 10 * n), anywhere(n, 1), name}};
    world.settle();
    for (int k = 0; k < 20; ++k) world.step();
    const auto places = world.places();
    for (std::size_t k = 0; k < places.size(); ++k)
      if (places[k] == 0) world.set_load(k, 3);
    CHECK(world.imbalance() > 1.4);
    CHECK(world.settle() > 0);
    CHECK(world.imbalance() <= defaults::tolerated_imbalance);
  }
}

TEST_CASE("degenerate worlds: one scheduler, no actor, one actor, no traffic, no load, fewer actors than schedulers") {
  const std::size_t n = 3 * ranks();
  for (const auto name : balancers_here()) {
    CAPTURE(name);
    if (ranks() == 1) {
      RunningWorld alone{MPI_COMM_WORLD, 1, {std::vector<double>(20, 1), grid(20, 1), all_at(0), name}};
      CHECK(alone.settle() == 0);
    }
    RunningWorld empty{MPI_COMM_WORLD, 3, {{}, {}, all_at(0), name}};
    CHECK(empty.settle() == 0);
    RunningWorld single{MPI_COMM_WORLD, 3, {{7}, {}, all_at(n - 1), name}};
    CHECK(single.settle() == 0);
    RunningWorld silent{MPI_COMM_WORLD, 3, {std::vector<double>(30 * n, 1), {}, all_at(0), name}};
    silent.settle();
    // Without traffic diffusion has no neighbors but the next in order.
    CHECK(silent.imbalance() <= (name == "diffusion" ? 2 : defaults::tolerated_imbalance));
    RunningWorld idle{MPI_COMM_WORLD, 3, {std::vector<double>(30 * n, 0), grid(30, n), anywhere(n, 2), name}};
    idle.settle();
    CHECK(idle.step() == 0);
    // Each alone is the best that can be had. Diffusion has no sight of schedulers that are more than a neighbor away.
    RunningWorld few{MPI_COMM_WORLD, 3, {std::vector<double>(n - 1, 1), grid(n - 1, 1), all_at(1), name}};
    few.settle();
    if (name != "diffusion") CHECK(few.imbalance() == doctest::Approx(n / (n - 1.0)));
    CHECK(few.step() == 0);
  }
}

TEST_CASE("at most the budget moves in an epoch, and in the end all that was to") {
  const std::size_t n = 2 * ranks();
  for (const auto name : balancers_here()) {
    CAPTURE(name);
    BalancerWorld plan{std::vector<double>(200 * n, 1), grid(20, 10 * n), anywhere(n, 9), name};
    if (name == "greedy" || name == "diffusion") plan.start = all_at(0);
    plan.settings.budget = 0.1;
    RunningWorld world{MPI_COMM_WORLD, 2, plan};
    const double most = 20 * static_cast<double>(n);
    // Drawn at random: 5 standard deviations more would be strange.
    for (int k = 0; k < 10; ++k) CHECK(static_cast<double>(world.step()) <= most + 5 * std::sqrt(most));
    world.settle(300);
    CHECK(world.imbalance() <= defaults::tolerated_imbalance);
    if (name != "greedy" && name != "diffusion") CHECK(world.cut() <= 1.5 * 20 * (n - 1));
  }
}

TEST_CASE("every layout of the same schedulers comes to the same places, epoch by epoch") {
  const std::uint64_t seed = test_seed();
  const std::size_t n = 2 * ranks();
  for (const auto name : balancers_here()) {
    CAPTURE(name);
    for (const bool even : {false, true}) {
      CAPTURE(even);
      BalancerWorld plan{even ? std::vector<double>(80 * n, 1) : random_loads(80 * n, seed), grid(40, 2 * n),
                         anywhere(n, seed), name};
      for (std::size_t k = 0; k < plan.ties.size(); ++k)
        plan.ties[k].energy = static_cast<float>(unit_interval(mix(seed, k)) * 3 - 0.2);
      plan.settings.budget = 0.3;
      plan.settings.partition_tries = 2;
      RunningWorld spread{MPI_COMM_WORLD, 2, plan}, alone{MPI_COMM_SELF, static_cast<SchedulerId>(n), plan};
      std::int64_t moves = 0;
      for (int k = 0; k < 12; ++k) {
        const auto moved = spread.step();
        CHECK(alone.step() == moved);
        REQUIRE(spread.places() == alone.places());
        moves += moved;
      }
      CHECK((moves > 0 || (even && name == "greedy")));
    }
  }
}

}  // namespace
