#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/space/overlap.hpp>

namespace {

using namespace circo;

TEST_CASE("a part gets the name of the place with which it overlaps most") {
  CHECK(names_by_overlap({{0, 2, 5}, {1, 0, 4}, {2, 1, 3}, {0, 0, 1}}, 3) == std::vector<std::uint32_t>{2, 0, 1});
}

TEST_CASE("overlaps of a pair add up, and the larger one wins a place") {
  CHECK(names_by_overlap({{0, 1, 2}, {1, 1, 3}, {0, 1, 2}}, 2) == std::vector<std::uint32_t>{1, 0});
}

TEST_CASE("parts without overlap get the names that are left; names are a permutation whatever the overlaps") {
  CHECK(names_by_overlap({}, 4) == std::vector<std::uint32_t>{0, 1, 2, 3});
  Random random{test::test_seed(), 0};
  for (std::uint32_t n = 1; n < 40; ++n) {
    std::vector<Overlap> overlaps;
    for (std::uint32_t k = 0; k < 2 * n; ++k)
      overlaps.push_back(
          {static_cast<std::uint32_t>(random.below(n)), static_cast<std::uint32_t>(random.below(n)), random.uniform()});
    auto names = names_by_overlap(overlaps, n);
    std::ranges::reverse(overlaps);
    CHECK(names_by_overlap(overlaps, n) == names);
    std::ranges::sort(names);
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0);
    CHECK(names == all);
  }
}

}  // namespace
