#include <map>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/space/edge_sums.hpp>

namespace {

using namespace circo;
using circo::test::test_seed;

struct Edge {
  Addr self, partner;
};
using Reference = std::map<std::pair<Addr, Addr>, float>;

Addr actor(std::uint64_t k) { return {static_cast<SchedulerId>(k % 3), static_cast<std::uint32_t>(k), 1}; }

void check_same(EdgeSums& sums, const Reference& reference) {
  std::size_t used = 0;
  for (const EdgeSums::Sum& sum : sums.cells()) {
    if (!sum.self) continue;
    ++used;
    const auto expected = reference.find({sum.self, sum.partner});
    REQUIRE(expected != reference.end());
    CHECK(sum.energy == expected->second);
  }
  CHECK(used == reference.size());
}

TEST_CASE("energies are added up by edge, in both directions apart, however many edges there are") {
  Random random{test_seed(), 0};
  EdgeSums sums;
  Reference reference;
  for (int k = 0; k < 20'000; ++k) {
    const Addr self = actor(random.below(100)), partner = actor(random.below(100));
    const auto energy = static_cast<float>(random.uniform() - 0.3);  // floats: the order of addition shows
    sums.add(self, partner, energy);
    reference[{self, partner}] += energy;
  }
  check_same(sums, reference);
}

TEST_CASE("an edge that is looked for is made without energy, once") {
  EdgeSums sums;
  sums.at(actor(1), actor(2)).edge = 7;
  CHECK(sums.at(actor(1), actor(2)).edge == 7);
  CHECK(sums.at(actor(1), actor(2)).energy == 0);
  CHECK(sums.at(actor(2), actor(1)).edge == EdgeSums::no_edge);
}

TEST_CASE("after renumbering only these edges and energies that have not been cleared are there") {
  EdgeSums sums;
  for (std::uint64_t k = 0; k < 1000; ++k) sums.add(actor(k), actor(k + 1), 1);
  sums.clear_energies();
  sums.add(actor(5), actor(6), 2);
  sums.add(actor(3000), actor(1), 3);
  const std::vector<Edge> edges{{actor(5), actor(6)}, {actor(1), actor(9)}};
  sums.renumber(std::span{edges});
  check_same(sums, {{{actor(5), actor(6)}, 2.0F}, {{actor(1), actor(9)}, 0.0F}, {{actor(3000), actor(1)}, 3.0F}});
  CHECK(sums.at(actor(5), actor(6)).edge == 0);
  CHECK(sums.at(actor(1), actor(9)).edge == 1);
  CHECK(sums.at(actor(3000), actor(1)).edge == EdgeSums::no_edge);
}

}  // namespace
