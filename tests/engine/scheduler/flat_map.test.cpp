#include <unordered_map>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/scheduler/flat_map.hpp>

namespace {

using namespace circo;

void check_same(const FlatMap<std::uint64_t>& map, const std::unordered_map<std::uint64_t, std::uint64_t>& model) {
  REQUIRE(map.size() == model.size());
  std::size_t met = 0;
  map.for_each([&](std::uint64_t key, std::uint64_t value) {
    const auto it = model.find(key);
    REQUIRE(it != model.end());
    REQUIRE(it->second == value);
    ++met;
  });
  REQUIRE(met == model.size());
}

/// Random insertions, changes, removals and look-ups of `keys` keys, against the standard map.
void compare(Random random, std::uint64_t keys, std::uint64_t stride) {
  FlatMap<std::uint64_t> map;
  std::unordered_map<std::uint64_t, std::uint64_t> model;
  for (int step = 0; step < 20000; ++step) {
    const std::uint64_t key = 1 + stride * random.below(keys), value = random();
    switch (random.below(8)) {
      case 0:
      case 1: {
        const auto [slot, made] = map.insert(key, value);
        REQUIRE(made == model.emplace(key, value).second);
        REQUIRE(*slot == model[key]);
        break;
      }
      case 2:
        map.set(key, value);
        model[key] = value;
        break;
      case 3:
      case 4:
        REQUIRE(map.erase(key) == (model.erase(key) == 1));
        break;
      case 5:
        if (random.below(2000) == 0) {
          map.clear();
          model.clear();
        }
        break;
      default: {
        const auto* found = map.find(key);
        REQUIRE((found != nullptr) == model.contains(key));
        if (found != nullptr) REQUIRE(*found == model[key]);
      }
    }
    if (step % 1000 == 0) check_same(map, model);
  }
  check_same(map, model);
}

TEST_CASE("a flat map does what the standard map does") {
  const std::uint64_t seed = test::test_seed();
  std::uint64_t stream = 0;
  for (const std::uint64_t keys : {1, 5, 20, 300, 5000})
    // Keys that count upwards, that differ in the low half only, and in the high half only.
    for (const std::uint64_t stride : {std::uint64_t{1}, std::uint64_t{1} << 12, std::uint64_t{1} << 40})
      compare(Random{mix(seed, stream++), 0}, keys, stride);
}

TEST_CASE("an empty flat map finds and erases nothing") {
  FlatMap<int> map;
  CHECK(map.empty());
  CHECK(map.find(1) == nullptr);
  CHECK_FALSE(map.erase(1));
  map.set(1, 5);
  map.clear();
  CHECK(map.find(1) == nullptr);
}

}  // namespace
