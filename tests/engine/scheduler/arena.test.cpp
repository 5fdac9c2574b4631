#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/dispatch.hpp>
#include <circo/actor/random.hpp>
#include <circo/scheduler/arena.hpp>

namespace {

using namespace circo;

int alive = 0;

/// Counts itself, and has state on the heap.
class Counted {
 public:
  using Receives = Messages<>;
  Counted() { ++alive; }
  explicit Counted(std::uint64_t number) : text{std::to_string(number)} { ++alive; }
  Counted(const Counted&) = delete;
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
  std::string text;
};

struct Large {
  using Receives = Messages<>;
  std::array<std::uint64_t, 20> words;
};

struct alignas(16) Aligned {
  using Receives = Messages<>;
  double values[2];
};

struct Empty {
  using Receives = Messages<>;
  double load() const { return 3; }
};

using Types = ActorTypes<Counted, Large, Aligned, Empty>;

Addr addr_of(std::uint64_t number) { return Addr{0, static_cast<std::uint32_t>(number), 1}; }

Place make(Arena& arena, ActorNumber type, std::uint64_t number) {
  return arena.create(type, addr_of(number), {static_cast<float>(number), 0, 0}, number, [&](void* state) {
    if (type == 0) new (state) Counted{number};
    if (type == 1) new (state) Large{{number, number}};
    if (type == 2) new (state) Aligned{{static_cast<double>(number), 0}};
    if (type == 3) new (state) Empty{};
  });
}

TEST_CASE("slots stay, rows are dense, columns follow, and every state is destroyed once") {
  alive = 0;
  Random random{test::test_seed(), 0};
  {
    Arena arena{Types::bind().actors};
    const auto marks = arena.add_column<std::uint64_t>();
    const auto small = arena.add_column<std::uint8_t>();
    struct Known {
      Place place;
      const ActorHead* head;
    };
    std::map<std::uint64_t, Known> model;
    std::uint64_t next = 1;
    for (int step = 0; step < 5000; ++step) {
      // Grows to some 700 actors, then shrinks.
      if (model.empty() || random.below(10) < (step < 3000 ? 6u : 4u)) {
        const auto type = static_cast<ActorNumber>(random.below(4));
        const Place place = make(arena, type, next);
        const std::uint32_t row = arena.head(place).row;
        REQUIRE(arena.column(marks)[row] == 0);
        REQUIRE(arena.column(small)[row] == 0);
        arena.column(marks)[row] = next;
        arena.column(small)[row] = static_cast<std::uint8_t>(next);
        model[next] = {place, &arena.head(place)};
        ++next;
      } else {
        auto it = std::next(model.begin(), static_cast<std::ptrdiff_t>(random.below(model.size())));
        arena.destroy(it->second.head->row);
        model.erase(it);
      }
      if (step % 50 != 0) continue;
      REQUIRE(arena.size() == model.size());
      std::vector<bool> rows(arena.size());
      int counted = 0;
      for (const auto& [number, known] : model) {
        const ActorHead& head = arena.head(known.place);
        REQUIRE(&head == known.head);
        REQUIRE(head.addr == addr_of(number));
        REQUIRE(head.row < arena.size());
        REQUIRE_FALSE(rows[head.row]);
        rows[head.row] = true;
        REQUIRE(&arena.head(head.row) == &head);
        REQUIRE(arena.type_number(head.row) == known.place.type());
        REQUIRE(arena.positions()[head.row].x == static_cast<float>(number));
        REQUIRE(arena.draws()[head.row] == number);
        REQUIRE(arena.column(marks)[head.row] == number);
        REQUIRE(arena.column(small)[head.row] == static_cast<std::uint8_t>(number));
        if (known.place.type() == 0) {
          ++counted;
          REQUIRE(static_cast<const Counted*>(head.state())->text == std::to_string(number));
        }
        if (known.place.type() == 1) REQUIRE(static_cast<const Large*>(head.state())->words[1] == number);
        if (known.place.type() == 2) {
          REQUIRE(reinterpret_cast<std::uintptr_t>(head.state()) % alignof(Aligned) == 0);
          REQUIRE(static_cast<const Aligned*>(head.state())->values[0] == static_cast<double>(number));
        }
      }
      REQUIRE(alive == counted);
    }
    CHECK(arena.size() > 0);
  }
  CHECK(alive == 0);
}

TEST_CASE("an actor whose constructor throws leaves nothing behind") {
  alive = 0;
  Arena arena{Types::bind().actors};
  const Place first = make(arena, 0, 1);
  CHECK_THROWS_AS(arena.create(0, addr_of(2), {}, 0, [](void*) { throw std::runtime_error("no"); }),
                  std::runtime_error);
  CHECK(arena.size() == 1);
  const Place second = make(arena, 0, 3);
  CHECK(&second.head() != &first.head());
  CHECK(arena.size() == 2);
  CHECK(alive == 2);
}

TEST_CASE("state that cannot be read leaves nothing behind") {
  alive = 0;
  const Dispatch dispatch = Types::bind();
  Arena arena{dispatch.actors};
  Bytes bytes;
  append(bytes, std::uint64_t{1000});  // the length of a text that is not there
  CHECK_THROWS(arena.create(0, addr_of(1), {}, 0, [&](void* state) { dispatch.actors[0].load(state, bytes); }));
  CHECK(arena.size() == 0);
  CHECK(alive == 0);
}

TEST_CASE("the slot of a dead actor is used again") {
  Arena arena{Types::bind().actors};
  make(arena, 1, 1);
  const Place dead = make(arena, 1, 2);
  make(arena, 1, 3);
  arena.destroy(arena.head(dead).row);
  CHECK(arena.head(dead).addr == Addr{});
  CHECK(&make(arena, 1, 4).head() == &dead.head());
}

TEST_CASE("a column that is added late has zeros for the actors that are there") {
  Arena arena{Types::bind().actors};
  make(arena, 3, 1);
  make(arena, 3, 2);
  const auto column = arena.add_column<double>();
  CHECK(arena.column(column).size() == 2);
  CHECK(arena.column(column)[1] == 0);
}

TEST_CASE("the cells of a row can be taken to another arena") {
  Arena from{Types::bind().actors}, to{Types::bind().actors};
  const auto wide = from.add_column<Position>();
  const auto narrow = from.add_column<char>();
  to.add_column<Position>();
  to.add_column<char>();
  make(from, 3, 1);
  make(from, 3, 2);
  make(to, 3, 2);
  from.column(wide)[1] = {1, 2, 3};
  from.column(narrow)[1] = 'x';
  Bytes bytes;
  from.save_columns(1, bytes);
  ByteReader reader{bytes};
  to.load_columns(0, reader);
  CHECK(reader.empty());
  CHECK(to.column(wide)[0] == Position{1, 2, 3});
  CHECK(to.column(narrow)[0] == 'x');
}

TEST_CASE("slots of a slab are aligned, do not overlap, and are given again once they are free") {
  const Dispatch dispatch = Types::bind();
  Random random{test::test_seed(), 0};
  for (const ActorType& type : dispatch.actors) {
    Slab slab{type};
    std::vector<ActorHead*> taken;
    std::map<std::uintptr_t, std::uintptr_t> ranges;  // where each begins and ends
    auto take = [&] {
      ActorHead& head = slab.take();
      const auto begin = reinterpret_cast<std::uintptr_t>(&head), end = begin + sizeof(ActorHead) + type.size;
      REQUIRE(begin % alignof(ActorHead) == 0);
      REQUIRE(reinterpret_cast<std::uintptr_t>(head.state()) % type.align == 0);
      const auto next = ranges.lower_bound(begin);
      REQUIRE((next == ranges.end() || next->first >= end));
      REQUIRE((next == ranges.begin() || std::prev(next)->second <= begin));
      ranges[begin] = end;
      taken.push_back(&head);
    };
    for (int i = 0; i < 5000; ++i) take();
    const std::size_t bytes = slab.bytes();
    for (int i = 0; i < 3000; ++i) {
      std::swap(taken[random.below(taken.size())], taken.back());
      slab.give(*taken.back());
      CHECK(taken.back()->addr == Addr{});
      ranges.erase(reinterpret_cast<std::uintptr_t>(taken.back()));
      taken.pop_back();
    }
    for (int i = 0; i < 3000; ++i) take();
    CHECK(slab.bytes() == bytes);
  }
}

}  // namespace
