#include <map>

#include "engine/space/balancer_world.hpp"
#include "engine/test_seed.hpp"

namespace {

using namespace circo;
using namespace circo::test;

/// Actors all over the place, with a balancer that leaves them there.
BalancerWorld still(std::size_t actors, std::vector<Tie> ties, std::size_t limit) {
  return {.loads = std::vector<double>(actors, 1),
          .ties = std::move(ties),
          .start =
              [](std::size_t k) {
                int ranks = 1;
                MPI_Comm_size(MPI_COMM_WORLD, &ranks);
                return static_cast<SchedulerId>(k % (2 * static_cast<std::size_t>(ranks)));
              },
          .balancer = "greedy",
          .traffic_limit = limit};
}

TEST_CASE("who knows but one keeps the edge to it, however many the other knows") {
  std::vector<Tie> star;
  for (std::size_t k = 1; k <= 50; ++k) star.push_back({0, k});
  RunningWorld world{MPI_COMM_WORLD, 2, still(51, star, 2)};
  world.step();
  CHECK(world.ends_held() == std::vector<std::int64_t>(50, 2));
  CHECK(world.dropped() == 0);
}

TEST_CASE("both ends hold what both have received, older epochs' decayed, and where the other end is") {
  std::vector<Tie> ties;
  for (std::size_t k = 0; k < 40; ++k) ties.push_back({k, (7 * k + 1) % 40, 0.3F + static_cast<float>(k)});
  RunningWorld world{MPI_COMM_WORLD, 2, still(40, ties, 0)};
  std::map<std::pair<std::size_t, std::size_t>, float> received;
  for (const Tie& tie : ties) received[std::minmax(tie.a, tie.b)] += 2 * tie.energy;
  float epochs = 0;  // sum of the decay's powers
  for (int k = 0; k < 4; ++k) {
    world.step();
    epochs = 0.8F * epochs + 1;
    const auto places = world.places();
    std::size_t seen = 0;
    world.for_each_edge([&](std::size_t self, std::size_t partner, const TrafficEdge& edge) {
      const float energy = received.at(std::minmax(self, partner));
      CHECK(edge.fresh == doctest::Approx(energy));
      CHECK(edge.weight == doctest::Approx(energy * epochs));
      CHECK(edge.place == places[partner]);
      ++seen;
    });
    CHECK(world.rank().world().sum(static_cast<std::int64_t>(seen)) == 2 * static_cast<std::int64_t>(received.size()));
  }
}

TEST_CASE("edges that are light to both ends are dropped at both, and counted") {
  std::vector<Tie> ties;
  for (std::size_t k = 1; k <= 50; ++k) ties.push_back({0, k, static_cast<float>(k)});
  for (std::size_t k = 1; k <= 50; ++k) ties.push_back({k, k % 50 + 1, 100});
  RunningWorld world{MPI_COMM_WORLD, 2, still(51, ties, 2)};
  world.step();
  // To each on the rim its neighbors there matter most, and to the hub its heaviest two.
  std::vector<std::int64_t> expected(100, 2);
  std::fill_n(expected.begin(), 48, 0);
  CHECK(world.ends_held() == expected);
  CHECK(world.dropped() == 48);
}

TEST_CASE("the limit leaves what any of two ends would keep, in any graph, and no more than it says in the mean") {
  const std::uint64_t seed = test_seed();
  Random random{seed, 0};
  constexpr std::size_t actors = 60, limit = 4;
  std::map<std::pair<std::size_t, std::size_t>, float> weights;
  for (int k = 0; k < 600; ++k) {
    const auto a = static_cast<std::size_t>(below(random(), actors)),
               b = static_cast<std::size_t>(below(random(), actors));
    // Some push, which counts as much.
    if (a < b) weights[{a, b}] = static_cast<float>(1 + k) * (k % 5 == 0 ? -1.0F : 1.0F);
  }
  std::vector<Tie> ties;
  std::vector<std::vector<float>> of(actors);
  for (const auto& [ends, weight] : weights) {
    ties.push_back({ends.first, ends.second, weight});
    of[ends.first].push_back(std::abs(weight));
    of[ends.second].push_back(std::abs(weight));
  }
  for (auto& each : of) std::ranges::sort(each, std::greater{});
  auto heavy = [&](std::size_t actor, float weight) {
    return of[actor].size() <= limit || std::abs(weight) >= of[actor][limit - 1];
  };
  std::vector<std::int64_t> expected;
  std::int64_t lost = 0;
  for (const Tie& tie : ties) {
    const bool kept = heavy(tie.a, tie.energy) || heavy(tie.b, tie.energy);
    expected.push_back(kept ? 2 : 0);
    lost += !kept;
  }
  RunningWorld world{MPI_COMM_WORLD, 2, still(actors, ties, limit)};
  world.step();
  CHECK(world.ends_held() == expected);
  CHECK(world.dropped() == lost);
  CHECK(static_cast<std::size_t>(std::ranges::count(expected, 2)) <= limit * actors);
}

}  // namespace
