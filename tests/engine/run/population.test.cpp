#include <set>

#include <doctest/doctest.h>

#include <circo/run/population.hpp>

namespace {

using namespace circo;

constexpr std::uint32_t base_first = 7, base_rest = 3;

TEST_CASE("every actor of a population has an address of its own, and its home makes exactly that one") {
  for (const Start start : {Start::random, Start::block, Start::parent})
    for (const SchedulerId schedulers : {1u, 2u, 3u, 7u, 64u})
      for (const std::uint64_t n : {1u, 2u, 6u, 7u, 8u, 63u, 64u, 1000u}) {
        const Population population{n, schedulers, start, 11, base_first, base_rest};
        REQUIRE(population.size() == n);
        std::set<Addr> all;
        for (std::uint64_t i = 0; i < n; ++i) {
          REQUIRE(population[i].home() < schedulers);
          REQUIRE(population[i].generation() == 1);
          REQUIRE(all.insert(population[i]).second);
        }
        std::uint64_t made = 0;
        for (SchedulerId scheduler = 0; scheduler < schedulers; ++scheduler) {
          std::uint32_t next = scheduler == 0 ? base_first : base_rest;
          std::uint64_t here = 0;
          population.for_each_at(scheduler, [&](std::uint64_t i) {
            REQUIRE(population[i] == Addr{scheduler, next++, 1});
            ++here;
          });
          REQUIRE(here == population.count_at(scheduler));
          made += here;
        }
        REQUIRE(made == n);
      }
}

TEST_CASE("random and block starts give every scheduler its share, within one actor") {
  for (const Start start : {Start::random, Start::block})
    for (const SchedulerId schedulers : {1u, 3u, 7u, 100u})
      for (const std::uint64_t n : {1u, 99u, 100u, 101u, 12345u}) {
        const Population population{n, schedulers, start, 11, 0, 0};
        for (SchedulerId scheduler = 0; scheduler < schedulers; ++scheduler) {
          const std::uint64_t here = population.count_at(scheduler);
          CHECK(here >= n / schedulers);
          CHECK(here <= (n + schedulers - 1) / schedulers);
        }
      }
}

TEST_CASE("a block start keeps the order, a parent start has all at scheduler 0, a random one mixes") {
  const Population block{1000, 8, Start::block, 1, 0, 0}, parent{1000, 8, Start::parent, 1, 0, 0},
      random{1000, 8, Start::random, 1, 0, 0};
  int together = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    CHECK(block[i].home() == i / 125);
    CHECK(parent[i] == Addr{0, static_cast<std::uint32_t>(i), 1});
    together += random[i].home() == random[(i + 1) % 1000].home();
  }
  CHECK(together > 75);  // 125 in the mean
  CHECK(together < 180);
}

TEST_CASE("addresses of a huge population are computed, not stored") {
  const std::uint64_t n = std::uint64_t{1} << 38;
  const Population population{n, 1u << 14, Start::random, 5, 0, 0};
  const Addr addr = population[n - 1];
  CHECK(population.count_at(addr.home()) == n >> 14);
  CHECK(population[n - 1] == addr);
}

TEST_CASE("another seed gives another random start") {
  const Population one{1000, 4, Start::random, 1, 0, 0}, other{1000, 4, Start::random, 2, 0, 0};
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) same += one[i].home() == other[i].home();
  CHECK(same > 150);
  CHECK(same < 350);
}

}  // namespace
