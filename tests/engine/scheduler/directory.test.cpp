#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/scheduler/directory.hpp>

namespace {

using namespace circo;

std::vector<ActorHead> heads(4000);

/// The place of an actor whose head is that one of `heads`.
Place here(Addr addr, ActorNumber type = 0, std::size_t head = 0) {
  heads[head].addr = addr;
  return Place::here(type, heads[head]);
}

TEST_CASE("a place is nowhere, here or elsewhere") {
  CHECK(Place{}.is_nowhere());
  const Place there = Place::at(Addr::max_schedulers - 1);
  for (const ActorNumber type : {ActorNumber{0}, static_cast<ActorNumber>(max_actor_types - 1)}) {
    const Place at = here(Addr{0, 0, Addr::max_generation}, type, 7);
    CHECK(at.is_here());
    CHECK_FALSE(at.is_elsewhere());
    CHECK(at.type() == type);
    CHECK(&at.head() == &heads[7]);
  }
  CHECK(there.is_elsewhere());
  CHECK(there.scheduler() == Addr::max_schedulers - 1);
}

TEST_CASE("the home finds its actors where they are, and the dead nowhere") {
  Directory directory{3};
  const Addr a = directory.allocate(), b = directory.allocate();
  CHECK(a != b);
  CHECK(a.home() == 3);
  CHECK(directory.is_home(a));
  CHECK(directory.find(a).is_nowhere());
  directory.set(a, here(a, 1, 7));
  directory.set(b, Place::at(9));
  CHECK(directory.find(a).is_here());
  CHECK(directory.find(a).type() == 1);
  CHECK(&directory.find(a).head() == &heads[7]);
  CHECK(directory.find(b).scheduler() == 9);
  directory.release(a);
  CHECK(directory.find(a).is_nowhere());
  CHECK(directory.find(b).is_elsewhere());
}

TEST_CASE("an index is used again with another generation, so a dead actor's address finds nobody") {
  Directory directory{0};
  const Addr first = directory.allocate();
  directory.set(first, here(first));
  directory.release(first);
  const Addr second = directory.allocate();
  CHECK(second.index() == first.index());
  CHECK(second.generation() == first.generation() + 1);
  directory.set(second, here(second));
  CHECK(directory.find(first).is_nowhere());
  CHECK(directory.find(second).is_here());
}

TEST_CASE("an index whose generations are spent is never used again") {
  Directory directory{0};
  std::set<Addr> all;
  Addr addr;
  for (std::uint32_t generation = 1; generation <= Addr::max_generation; ++generation) {
    addr = directory.allocate();
    REQUIRE(addr.index() == 0);
    REQUIRE(addr.generation() == generation);
    REQUIRE(all.insert(addr).second);
    directory.set(addr, here(addr));
    directory.release(addr);
  }
  const Addr next = directory.allocate();
  CHECK(next.index() == 1);
  CHECK(next.generation() == 1);
  for (const Addr& dead : all) REQUIRE(directory.find(dead).is_nowhere());
}

TEST_CASE("reserved indices are not given to others, and are found once they are set") {
  Directory directory{2};
  const Addr before = directory.allocate();
  CHECK(directory.reserve(10) == 1);
  const Addr after = directory.allocate();
  CHECK(before.index() == 0);
  CHECK(after.index() == 11);
  const Addr reserved{2, 5, 1};
  CHECK(directory.find(reserved).is_nowhere());
  directory.set(reserved, here(reserved, 4, 5));
  CHECK(&directory.find(reserved).head() == &heads[5]);
  directory.release(reserved);
  CHECK(directory.allocate() == Addr{2, 5, 2});
}

TEST_CASE("addresses that were never given are found nowhere") {
  Directory directory{0};
  CHECK(directory.find(Addr{}).is_nowhere());
  CHECK_FALSE(directory.find_here(Addr{}).is_here());
  CHECK(directory.find(Addr{0, 1000, 1}).is_nowhere());
  const Addr addr = directory.allocate();
  directory.set(addr, here(addr));
  CHECK(directory.find(Addr{0, addr.index(), 2}).is_nowhere());
  directory.release(addr);
  CHECK(directory.find(Addr{0, addr.index(), 2}).is_nowhere());  // the next one, not given yet
}

TEST_CASE("room for one or a few actors from elsewhere is room enough") {
  for (std::uint32_t n = 1; n <= 9; ++n) {
    Directory directory{0};
    directory.expect(n);
    for (std::uint32_t k = 0; k < n; ++k) directory.set(Addr{5, 8 * k + 3, 1}, Place::at(k + 1));
    for (std::uint32_t k = 0; k < n; ++k) CHECK(directory.find(Addr{5, 8 * k + 3, 1}).scheduler() == k + 1);
  }
}

TEST_CASE("places that nobody asks for are forgotten, never those asked for, guests or actors at home") {
  Directory directory{0};
  const Addr own = directory.allocate();
  directory.set(own, Place::at(1));
  const Addr guest{1, 1000, 1};
  directory.set(guest, here(guest, 0, 3));
  const auto learned = [](std::uint32_t i) { return Addr{1, i, 1}; };
  for (std::uint32_t i = 0; i < 100; ++i) directory.set(learned(i), Place::at(2));
  directory.forget_unused();  // what has just been learned is in use
  CHECK(directory.known_foreign() == 101);
  for (std::uint32_t i = 0; i < 100; i += 2) CHECK(directory.next_hop(learned(i)) == 2);
  directory.forget_unused();
  CHECK(directory.known_foreign() == 51);
  for (std::uint32_t i = 0; i < 100; ++i) CHECK(directory.find(learned(i)).is_elsewhere() == (i % 2 == 0));
  directory.forget_unused();  // a look without a message is no use
  CHECK(directory.known_foreign() == 1);
  CHECK(&directory.find(guest).head() == &heads[3]);
  CHECK(directory.find(own).is_elsewhere());
  directory.forget(guest);
  CHECK(directory.find(guest).is_nowhere());
  CHECK_FALSE(directory.find_here(guest).is_here());
}

TEST_CASE("what is known of other homes is the same before and after it is arranged, however many are known") {
  Random random{test::test_seed(), 0};
  constexpr std::uint32_t indices = 400;
  Directory directory{2};
  for (int i = 0; i < 10; ++i) directory.set(directory.allocate(), Place::at(5));
  // Homes 1, 65 and 129 share a slot, so do 2 and 66; of some homes few are known, of others all.
  const std::vector<SchedulerId> homes{0, 1, 65, 129, 66, 3, 1000};
  std::map<Addr, Place> known;  // of each index at most the latest generation
  const auto learn = [&](SchedulerId home, std::uint32_t index) {
    auto of_index = known.lower_bound(Addr{home, index, 0});
    std::uint32_t generation = 1;
    if (of_index != known.end() && of_index->first.home() == home && of_index->first.index() == index) {
      generation = of_index->first.generation() + static_cast<std::uint32_t>(random.below(2));
      directory.forget(of_index->first);
      known.erase(of_index);
    }
    const Addr addr{home, index, generation};
    const auto at = static_cast<SchedulerId>(random.below(1000));
    const auto head = 500 * static_cast<std::size_t>(std::ranges::find(homes, home) - homes.begin()) + index;
    directory.set(addr, known[addr] = random.below(2) != 0 ? here(addr, 3, head) : Place::at(at));
  };
  const auto check = [&] {
    REQUIRE(directory.known_foreign() == known.size());
    for (const auto& [addr, place] : known) {
      const Place found = directory.find(addr);
      REQUIRE(found.is_here() == place.is_here());
      REQUIRE(directory.next_hop(addr) == (place.is_here() ? 2 : place.scheduler()));
      REQUIRE(directory.find_here(addr).is_here() == place.is_here());
      if (place.is_here()) REQUIRE(&directory.find_here(addr).head() == &place.head());
      const Addr next{addr.home(), addr.index(), addr.generation() + 1};
      REQUIRE(directory.find(next).is_nowhere());
      REQUIRE(directory.next_hop(next) == next.home());
      REQUIRE_FALSE(directory.find_here(next).is_here());
    }
  };
  for (int round = 0; round < 40; ++round) {
    for (const SchedulerId home : homes) {
      const std::uint64_t some = random.below(2) != 0 ? indices : 4;
      for (std::uint64_t i = 0; i < some; ++i) learn(home, static_cast<std::uint32_t>(random.below(indices)));
    }
    check();
    directory.arrange();
    check();
    if (round % 3 == 0) {  // all have just been sent to
      directory.forget_unused();
      check();
    }
    std::erase_if(known, [&](const auto& one) {
      const bool leaves = random.below(4) == 0;
      if (leaves) directory.forget(one.first);
      return leaves;
    });
    check();
  }
}

TEST_CASE("of two actors that had the same index at another home, the later one is known") {
  for (const bool arranged : {false, true}) {
    Directory directory{0};
    for (std::uint32_t i = 0; i < 40; ++i) directory.set(Addr{1, i, 2}, Place::at(2));
    if (arranged) directory.arrange();
    directory.set(Addr{1, 7, 1}, Place::at(3));
    directory.forget(Addr{1, 7, 1});
    CHECK(directory.find(Addr{1, 7, 2}).scheduler() == 2);
    const Addr later{1, 7, 3};
    directory.set(later, here(later));
    CHECK(directory.find(later).is_here());
  }
}

TEST_CASE("nobody is found nowhere, whoever has been here") {
  Directory directory{1};
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Addr guest{0, i, 1};
    directory.set(guest, here(guest));
    directory.forget(guest);
    REQUIRE(directory.find(Addr{}).is_nowhere());
    REQUIRE_FALSE(directory.find_here(Addr{}).is_here());
  }
}

TEST_CASE("a directory knows the same as a map, whatever is born, moves and dies") {
  Random random{test::test_seed(), 0};
  Directory directory{1};
  std::map<Addr, Place> living;
  std::vector<Addr> dead;
  for (int step = 0; step < 50000; ++step) {
    const auto chosen = [&] {
      return std::next(living.begin(), static_cast<std::ptrdiff_t>(random.below(living.size())));
    };
    const auto number = static_cast<std::uint32_t>(random.below(1u << 30));
    if (living.empty() || (random.below(2) == 0 && living.size() < 40)) {
      const Addr addr = directory.allocate();
      REQUIRE_FALSE(living.contains(addr));
      directory.set(addr, living[addr] = here(addr, 2, number % heads.size()));
    } else if (random.below(2) == 0) {
      auto it = chosen();
      directory.set(it->first, it->second = Place::at(number % Addr::max_schedulers));
    } else {
      auto it = chosen();
      directory.release(it->first);
      dead.push_back(it->first);
      living.erase(it);
    }
    if (!dead.empty()) REQUIRE(directory.find(dead[random.below(dead.size())]).is_nowhere());
    for (const auto& [addr, place] : living) {
      const Place found = directory.find(addr);
      REQUIRE(found.is_here() == place.is_here());
      if (place.is_here()) REQUIRE(&found.head() == &place.head());
      if (place.is_elsewhere()) REQUIRE(found.scheduler() == place.scheduler());
    }
  }
  CHECK(std::set<Addr>(dead.begin(), dead.end()).size() == dead.size());
}

}  // namespace
