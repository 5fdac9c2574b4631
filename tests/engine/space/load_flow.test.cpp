#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/space/load_flow.hpp>

namespace {

using namespace circo;

TEST_CASE("on a path the flows are the sums of what lies beyond") {
  const std::vector<LoadLink> path{{0, 1, 1}, {1, 2, 0.01}, {2, 3, 5}};
  const std::vector<double> loads{4, 0, 0, 0};
  const auto flows = even_flows(path, loads);
  REQUIRE(flows.size() == 3);
  for (SchedulerId k = 0; k < 3; ++k) {
    CHECK(flows[k].from == k);
    CHECK(flows[k].to == k + 1);
    CHECK(flows[k].amount == doctest::Approx(3.0 - k).epsilon(1e-4));
  }
}

TEST_CASE("flows even out the loads of any connected schedulers, along links only") {
  const std::uint64_t seed = test::test_seed();
  Random random{seed, 0};
  for (const SchedulerId n : {1u, 2u, 3u, 10u, 300u}) {
    std::vector<LoadLink> links;
    for (SchedulerId k = 1; k < n; ++k) links.push_back({static_cast<SchedulerId>(random.below(k)), k, 0.01});
    std::vector<double> loads(n);
    for (double& load : loads) load = random.uniform();
    for (int k = 0; k < 3; ++k)
      for (SchedulerId b = 1; b < n; b += 2) links.push_back({static_cast<SchedulerId>(random.below(b)), b, 1});
    const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / n;
    for (const LoadFlow& flow : even_flows(links, loads)) {
      CHECK(flow.amount > 0);
      loads[flow.from] -= flow.amount;
      loads[flow.to] += flow.amount;
    }
    for (const double load : loads) CHECK(std::abs(load - mean) < 1e-4 * std::sqrt(n));
  }
}

TEST_CASE("even loads do not flow") {
  CHECK(even_flows(std::vector<LoadLink>{{0, 1, 1}}, std::vector<double>{2, 2}).empty());
  CHECK(even_flows({}, std::vector<double>{1}).empty());
}

}  // namespace
