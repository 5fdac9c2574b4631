#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <circo/run/permutation.hpp>

namespace {

using namespace circo;

TEST_CASE("a permutation meets every number once, and its inverse leads back") {
  for (std::uint64_t n = 1; n <= 70; ++n)
    for (std::uint64_t key = 0; key < 10; ++key) {
      const Permutation permutation{n, key};
      std::vector<int> met(n);
      for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t image = permutation(i);
        REQUIRE(image < n);
        ++met[image];
        REQUIRE(permutation.inverse(image) == i);
      }
      REQUIRE(met == std::vector<int>(n, 1));
    }
}

TEST_CASE("large permutations can be inverted without a table") {
  for (const std::uint64_t n : {std::uint64_t{1} << 28, (std::uint64_t{1} << 40) + 12345, std::uint64_t{1} << 50}) {
    const Permutation permutation{n, 99};
    for (std::uint64_t k = 0; k < 1000; ++k) {
      const std::uint64_t i = k * (n / 1000);
      REQUIRE(permutation(i) < n);
      REQUIRE(permutation.inverse(permutation(i)) == i);
      REQUIRE(permutation(permutation.inverse(i)) == i);
    }
  }
}

TEST_CASE("another key gives another permutation, the same key the same one") {
  const Permutation one{1000, 1}, again{1000, 1}, other{1000, 2};
  int same = 0, fixed = 0, next = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    CHECK(one(i) == again(i));
    same += one(i) == other(i);
    fixed += one(i) == i;
    next += one((i + 1) % 1000) == (one(i) + 1) % 1000;
  }
  // Each is 1 in the mean for permutations drawn at random.
  CHECK(same < 10);
  CHECK(fixed < 10);
  CHECK(next < 10);
}

TEST_CASE("a permutation spreads a block evenly over the halves") {
  const Permutation permutation{10000, 5};
  int low = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) low += permutation(i) < 5000;
  CHECK(low > 400);
  CHECK(low < 600);
}

}  // namespace
