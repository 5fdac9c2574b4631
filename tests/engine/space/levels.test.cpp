#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/space/levels.hpp>

namespace {

using namespace circo;

double cost_of(const std::vector<PartTraffic>& traffic, const Levels& levels, const std::vector<std::uint32_t>& names) {
  double sum = 0;
  for (const PartTraffic& each : traffic) sum += each.weight * levels.cost(names[each.a], names[each.b]);
  return sum;
}

std::vector<std::uint32_t> shuffled(std::uint32_t n, Random& random) {
  std::vector<std::uint32_t> names(n);
  std::iota(names.begin(), names.end(), 0);
  for (std::uint32_t k = n; k > 1; --k) std::swap(names[k - 1], names[random.below(k)]);
  return names;
}

TEST_CASE("traffic costs nothing at home, and more from level to level") {
  const Levels levels{2, {7, 7, 3}, {2, 3, 10}};
  CHECK(levels.schedulers() == 6);
  CHECK(levels.cost(1, 1) == 0);
  CHECK(levels.cost(0, 1) == 1);
  CHECK(levels.cost(3, 1) == 1.5);
  CHECK(levels.cost(0, 5) == 5);
  CHECK(levels.matter());
  CHECK_FALSE(Levels{2, {0, 1}, {3, 3, 3}}.matter());
}

TEST_CASE("parts that talk come to the same rank, and ranks that talk to the same node") {
  Random random{test::test_seed(), 0};
  for (int round = 0; round < 20; ++round) {
    // 4 nodes x 2 ranks x 2 schedulers; pairs of parts talk much, pairs of pairs less, others nothing.
    const Levels levels{2, {0, 0, 1, 1, 2, 2, 3, 3}, {1, 4, 16}};
    const auto part = shuffled(16, random);
    std::vector<PartTraffic> traffic;
    for (std::uint32_t k = 0; k < 16; k += 2) traffic.push_back({part[k], part[k + 1], 10});
    for (std::uint32_t k = 0; k < 16; k += 4) traffic.push_back({part[k], part[k + 2], 3});
    auto names = shuffled(16, random);
    arrange(traffic, levels, names);
    CHECK(cost_of(traffic, levels, names) == 8 * 10 + 4 * 3 * 4);
  }
}

TEST_CASE("whatever the traffic, arranging leaves a permutation, which costs no more, and no swap makes it cheaper") {
  Random random{test::test_seed(), 0};
  for (const std::uint32_t ranks : {1u, 2u, 5u}) {
    std::vector<int> nodes(ranks);
    for (std::uint32_t k = 0; k < ranks; ++k) nodes[k] = static_cast<int>(k / 2);
    const Levels levels{3, nodes, {1, 2, 5}};
    const std::uint32_t n = 3 * ranks;
    std::vector<PartTraffic> traffic;
    for (std::uint32_t a = 0; a < n; ++a)
      for (std::uint32_t b = a + 1; b < n; ++b) traffic.push_back({a, b, random.uniform()});
    auto names = shuffled(n, random);
    const double before = cost_of(traffic, levels, names);
    arrange(traffic, levels, names);
    const double after = cost_of(traffic, levels, names);
    CHECK(after <= before);
    for (std::uint32_t a = 0; a < n; ++a)
      for (std::uint32_t b = 0; b < a; ++b) {
        auto other = names;
        std::swap(other[a], other[b]);
        CHECK(cost_of(traffic, levels, other) >= after - 1e-6);
      }
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
    CHECK(names.back() == n - 1);
  }
}

TEST_CASE("parts that talk to nobody stay where they are") {
  std::vector<std::uint32_t> names{1, 0, 2, 3};
  arrange({}, Levels{2, {0, 1}, {1, 2, 3}}, names);
  CHECK(names == std::vector<std::uint32_t>{1, 0, 2, 3});
}

}  // namespace
