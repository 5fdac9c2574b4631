#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <doctest/doctest.h>

#include "engine/scheduler/no_hooks.hpp"
#include "engine/test_seed.hpp"
#include <circo/scheduler/context.hpp>
#include <circo/scheduler/drain.hpp>
#include <circo/space/memory_order.hpp>

namespace {

using namespace circo;

struct Number {
  std::uint64_t value;
};

struct Stone {
  using Receives = Messages<Number>;
  std::uint64_t number = 0;
  std::uint64_t got = 0;
  void on(const Number& message, Context&) { got = message.value; }
};

struct Vessel {
  using Receives = Messages<Number>;
  std::string contents;
  void on(const Number& message, Context&) { contents += std::to_string(message.value); }
  template <class Archive>
  void serialize(Archive& archive) {
    if (contents == "broken") throw std::runtime_error("a broken vessel");
    archive(contents);
    if (Archive::is_loading::value && contents == "cursed") throw std::runtime_error("a cursed vessel");
  }
};

/// Stones and vessels, some of them guests, at places that `place(k, random)` says.
struct Quarry {
  Dispatch dispatch = ActorTypes<Stone, Vessel>::bind();
  Scheduler scheduler{0, dispatch, {}};
  Column<std::uint64_t> marks = scheduler.arena().add_column<std::uint64_t>();
  std::vector<Addr> actors;

  template <class Place>
  void fill(std::uint32_t n, Place&& place) {
    Random random{test::test_seed(), 0};
    for (std::uint32_t k = 0; k < n; ++k) {
      const Addr addr = k % 3 == 0 ? Addr{5, k, 1} : scheduler.directory().allocate();
      const ActorHead& head =
          k % 2 == 0 ? scheduler.place_new(addr, 0, place(k, random), [&](void* state) { new (state) Stone{k}; })
                     : scheduler.place_new(addr, 1, place(k, random),
                                           [&](void* state) { new (state) Vessel{std::to_string(k)}; });
      scheduler.arena().draws()[head.row] = 2 * k;
      scheduler.arena().column(marks)[head.row] = 3 * k;
      actors.push_back(addr);
    }
  }
  const ActorHead& head(std::uint32_t k) { return scheduler.directory().find(actors[k]).head(); }
};

TEST_CASE("actors laid out anew are who they were: found, with state, columns, position, draws and mail") {
  Quarry quarry;
  std::vector<Position> places;
  const std::uint32_t n = 1000;
  quarry.fill(n, [&](std::uint32_t, Random& random) {
    const auto draw = [&] { return static_cast<float>(random.below(1000)); };
    return places.emplace_back(Position{draw(), draw(), draw()});
  });
  Context outside{quarry.scheduler};
  for (std::uint32_t k = 0; k < n; ++k) outside.send(quarry.actors[k], Number{k});
  lay_out_along_curve(quarry.scheduler);
  test::NoHooks hooks;
  drain(quarry.scheduler, hooks, UINT64_MAX);
  REQUIRE_FALSE(quarry.scheduler.failure());
  CHECK(quarry.scheduler.counts().delivered == n);
  Arena& arena = quarry.scheduler.arena();
  REQUIRE(arena.size() == n);
  for (std::uint32_t k = 0; k < n; ++k) {
    const ActorHead& head = quarry.head(k);
    REQUIRE(head.addr == quarry.actors[k]);
    REQUIRE(&arena.head(head.row) == &head);
    REQUIRE(arena.positions()[head.row] == places[k]);
    REQUIRE(arena.draws()[head.row] == 2 * k);
    REQUIRE(arena.column(quarry.marks)[head.row] == 3 * k);
    REQUIRE(head.count == 1);
    if (k % 2 == 0) {
      const auto& stone = *static_cast<const Stone*>(head.state());
      REQUIRE(stone.number == k);
      REQUIRE(stone.got == k);
    } else {
      REQUIRE(static_cast<const Vessel*>(head.state())->contents == std::to_string(k) + std::to_string(k));
    }
  }
}

TEST_CASE("on a line, rows and states of one type lie in the order of the line") {
  Quarry quarry;
  quarry.fill(500, [](std::uint32_t k, Random&) { return Position{static_cast<float>(k * 7919 % 500), 2, 2}; });
  lay_out_along_curve(quarry.scheduler);
  Arena& arena = quarry.scheduler.arena();
  const ActorHead* before = nullptr;
  for (std::uint32_t row = 0; row < arena.size(); ++row) {
    CHECK(arena.positions()[row].x == static_cast<float>(row));
    if (arena.type_number(row) != 0) continue;
    CHECK((before == nullptr || before < &arena.head(row)));
    before = &arena.head(row);
  }
}

TEST_CASE("the corners of a box come in Morton's order") {
  Quarry quarry;
  quarry.fill(8, [](std::uint32_t k, Random&) {
    return Position{k & 1 ? 1.0F : -1.0F, k & 2 ? 5.0F : 4.0F, k & 4 ? 9.0F : -9.0F};
  });
  lay_out_along_curve(quarry.scheduler);
  const std::vector<std::uint32_t> expected{0, 4, 2, 6, 1, 5, 3, 7};  // x decides first, then y, then z
  for (std::uint32_t row = 0; row < 8; ++row) CHECK(quarry.scheduler.arena().addr(row) == quarry.actors[expected[row]]);
}

TEST_CASE("without actors nothing happens; at one place they lie by address") {
  Quarry quarry;
  lay_out_along_curve(quarry.scheduler);
  CHECK(quarry.scheduler.arena().size() == 0);
  quarry.fill(10, [](std::uint32_t, Random&) { return Position{1, 1, 1}; });
  lay_out_along_curve(quarry.scheduler);
  const Arena& arena = quarry.scheduler.arena();
  for (std::uint32_t row = 1; row < 10; ++row) CHECK(arena.addr(row - 1) < arena.addr(row));
}

TEST_CASE("a state that cannot be packed fails its scheduler and nobody is lost") {
  Quarry quarry;
  quarry.fill(10, [](std::uint32_t, Random&) { return Position{}; });
  static_cast<Vessel*>(const_cast<ActorHead&>(quarry.head(3)).state())->contents = "broken";
  lay_out_along_curve(quarry.scheduler);
  REQUIRE(quarry.scheduler.failure());
  CHECK(quarry.scheduler.failure()->find("a broken vessel") != std::string::npos);
  CHECK(quarry.scheduler.arena().size() == 10);
  static_cast<Vessel*>(const_cast<ActorHead&>(quarry.head(3)).state())->contents = "";
}

TEST_CASE("a state that cannot be unpacked fails its scheduler") {
  Quarry quarry;
  quarry.fill(10, [](std::uint32_t, Random&) { return Position{}; });
  static_cast<Vessel*>(const_cast<ActorHead&>(quarry.head(3)).state())->contents = "cursed";
  lay_out_along_curve(quarry.scheduler);
  REQUIRE(quarry.scheduler.failure());
  CHECK(quarry.scheduler.failure()->find("a cursed vessel") != std::string::npos);
}

TEST_CASE("nobody is lost whose position is no number or without end") {
  Quarry quarry;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), endless = std::numeric_limits<float>::infinity();
  quarry.fill(10, [](std::uint32_t k, Random&) { return Position{static_cast<float>(10 - k), 0, 0}; });
  quarry.scheduler.arena().positions()[quarry.head(4).row].y = nan;
  quarry.scheduler.arena().positions()[quarry.head(7).row].z = endless;
  lay_out_along_curve(quarry.scheduler);
  REQUIRE_FALSE(quarry.scheduler.failure());
  CHECK(quarry.scheduler.arena().size() == 10);
  for (std::uint32_t k = 0; k < 10; ++k) CHECK(quarry.head(k).addr == quarry.actors[k]);
}

}  // namespace
