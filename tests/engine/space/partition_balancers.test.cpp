#include "engine/space/balancer_world.hpp"

namespace {

using namespace circo;
using namespace circo::test;

TEST_CASE("METIS and Scotch find the clusters, cut nothing but the bridges, and keep to what they found") {
  const std::size_t n = 2 * ranks();
  constexpr std::size_t size = 12;
  std::vector<Tie> ties;
  for (std::size_t c = 0; c < n; ++c) {
    for (std::size_t a = 0; a < size; ++a)
      for (std::size_t b = 0; b < a; ++b) ties.push_back({c * size + a, c * size + b});
    if (c + 1 < n) ties.push_back({c * size, (c + 1) * size});
  }
  // Those that push must not hold together.
  ties.push_back({1, size + 1, -50});
  for (const auto name : partitioners_here()) {
    CAPTURE(name);
    RunningWorld world{MPI_COMM_WORLD, 2, {std::vector<double>(size * n, 1), ties, anywhere(n, 3), name}};
    const auto moves = world.settle();
    CHECK(world.cut() == static_cast<double>(n - 1) - 50);
    CHECK(world.imbalance() == doctest::Approx(1));
    // Each actor goes where it belongs at once.
    CHECK(moves <= static_cast<std::int64_t>(size * n));
    CHECK(world.step() == 0);
  }
}

TEST_CASE("parts are named so that actors of a good division stay where they are") {
  const std::size_t n = 2 * ranks();
  for (const auto name : partitioners_here()) {
    CAPTURE(name);
    // Strips of a grid, a tenth of them in the wrong place.
    auto start = [=](std::size_t k) {
      return k % 10 == 0 ? static_cast<SchedulerId>(mix(7, k) % n) : static_cast<SchedulerId>(k / 100);
    };
    RunningWorld world{MPI_COMM_WORLD, 2, {std::vector<double>(100 * n, 1), grid(10, 10 * n), start, name}};
    CHECK(world.settle() <= 40 * static_cast<std::int64_t>(n));
    CHECK(world.cut() <= 1.3 * 10 * (n - 1));
  }
}

TEST_CASE("noise of sampled traffic seldom makes METIS and Scotch move anybody") {
  const std::size_t n = 2 * ranks();
  constexpr std::size_t side = 24;
  for (const auto name : partitioners_here()) {
    CAPTURE(name);
    BalancerWorld plan{std::vector<double>(side * side * n, 1), grid(side, side * n), anywhere(n, 5), name};
    plan.infoton_every = 4;
    RunningWorld world{MPI_COMM_WORLD, 2, plan};
    for (int k = 0; k < 20; ++k) world.step();
    CHECK(world.cut() <= 1.5 * side * (n - 1));
    int restless = 0;
    for (int k = 0; k < 60; ++k) restless += world.step() != 0;
    CHECK(restless <= 3);
  }
}

TEST_CASE("with weights of the machine's levels less of the traffic goes between ranks, at the same cut") {
  const std::size_t n = 4 * ranks();
  constexpr std::size_t side = 8;
  for (const auto name : partitioners_here()) {
    CAPTURE(name);
    auto between_ranks = [&](LevelWeights weights) {
      // Squares in line, made at random places.
      BalancerWorld plan{std::vector<double>(side * side * n, 1), grid(side, side * n), anywhere(n, 11), name};
      plan.settings.level_weights = weights;
      RunningWorld world{MPI_COMM_WORLD, 4, plan};
      world.settle();
      CHECK(world.cut() <= 1.2 * side * (n - 1));
      CHECK(world.step() == 0);
      const auto places = world.places();
      double sum = 0;
      for (const Tie& tie : plan.ties) sum += places[tie.a] / 4 != places[tie.b] / 4 ? 1 : 0;
      return sum;
    };
    const double even = between_ranks({1, 1, 1}), weighted = between_ranks({1, 4, 4});
    CHECK(weighted <= even);
    if (ranks() > 2) CHECK(weighted <= 0.8 * even);
  }
}

}  // namespace
