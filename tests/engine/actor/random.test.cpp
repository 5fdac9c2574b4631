#include <array>
#include <cmath>
#include <random>
#include <unordered_set>

#include <doctest/doctest.h>

#include <circo/actor/random.hpp>

namespace {

using namespace circo;

TEST_CASE("a draw is a function of the key and its number alone") {
  Random straight{42, 0};
  std::array<std::uint64_t, 8> draws{};
  for (auto& draw : draws) draw = straight();
  for (std::uint64_t k = 0; k < draws.size(); ++k) CHECK(Random{42, k}() == draws[k]);
}

TEST_CASE("a stream over a reference goes on where the counter is") {
  std::uint64_t counter = 0;
  RandomStream<std::uint64_t&> stream{7, counter};
  stream();
  stream();
  CHECK(counter == 2);
  CHECK(RandomStream<std::uint64_t&>{7, counter}() == Random{7, 2}());
}

TEST_CASE("draws are the same on every machine") {
  static_assert(mix(1) == 0x5692161D100B05E5ull);  // SplitMix64's published finalizer
  static_assert(mix(0) == 0);
  static_assert(unit_interval(0) == 0 && unit_interval(~0ull) < 1);
  static_assert(below(~0ull, 10) == 9 && below(0, 10) == 0);
}

TEST_CASE("neighboring keys and counters give different draws") {
  std::unordered_set<std::uint64_t> seen;
  for (std::uint64_t key = 0; key < 100; ++key)
    for (std::uint64_t k = 0; k < 100; ++k) seen.insert(Random{key, k}());
  CHECK(seen.size() == 10000);
}

TEST_CASE("uniform numbers have the mean and the variance of the uniform distribution") {
  Random random{1, 0};
  constexpr int n = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    CHECK_UNARY(u >= 0 && u < 1);
    sum += u;
    squares += u * u;
  }
  const double mean = sum / n;
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(squares / n - mean * mean - 1.0 / 12) < 0.002);
}

TEST_CASE("draws below n fall evenly on all of 0 .. n-1") {
  Random random{2, 0};
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(random.below(7));
  double chi2 = 0;
  for (const int count : counts) chi2 += (count - 10000.0) * (count - 10000.0) / 10000;
  CHECK(chi2 < 30);  // six degrees of freedom: p < 1e-4 beyond 27.9
}

TEST_CASE("the standard library's distributions take a stream") {
  Random random{3, 0};
  std::normal_distribution<double> normal;
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += normal(random);
  CHECK(std::abs(sum / 10000) < 0.05);
}

}  // namespace
