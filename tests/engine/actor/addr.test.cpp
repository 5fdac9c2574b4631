#include <sstream>
#include <unordered_set>

#include <cereal/archives/binary.hpp>
#include <doctest/doctest.h>

#include <circo/actor/addr.hpp>

namespace {

using namespace circo;

TEST_CASE("an address gives back what it was made of, at the ends of every range") {
  for (const SchedulerId home : {0u, 1u, Addr::max_schedulers - 1})
    for (const std::uint32_t index : {0u, 1u, Addr::max_index})
      for (const std::uint32_t generation : {1u, 2u, Addr::max_generation}) {
        const Addr addr{home, index, generation};
        CHECK(addr.home() == home);
        CHECK(addr.index() == index);
        CHECK(addr.generation() == generation);
        CHECK(static_cast<bool>(addr));
        CHECK(Addr::from_bits(addr.bits()) == addr);
      }
}

TEST_CASE("the default address is nobody, and no actor's") {
  CHECK_FALSE(static_cast<bool>(Addr{}));
  CHECK(Addr{} != Addr{0, 0, 1});
  CHECK(Addr{}.bits() == 0);
}

TEST_CASE("addresses are ordered by home, then index, then generation") {
  CHECK(Addr{0, Addr::max_index, Addr::max_generation} < Addr{1, 0, 1});
  CHECK(Addr{1, 0, Addr::max_generation} < Addr{1, 1, 1});
  CHECK(Addr{1, 1, 1} < Addr{1, 1, 2});
}

TEST_CASE("addresses that count upwards have different hashes") {
  std::unordered_set<std::size_t> hashes;
  for (std::uint32_t index = 0; index < 10000; ++index) hashes.insert(std::hash<Addr>{}(Addr{3, index, 1}));
  CHECK(hashes.size() == 10000);
}

TEST_CASE("an address goes through cereal") {
  std::stringstream stream;
  const Addr before{5, 6, 7};
  cereal::BinaryOutputArchive{stream}(before);
  Addr after;
  cereal::BinaryInputArchive{stream}(after);
  CHECK(after == before);
}

static_assert(sizeof(Addr) == 8 && std::is_trivially_copyable_v<Addr>);

}  // namespace
