// What a model's setup may be given: every index and address is checked, on all ranks alike.

#include <functional>
#include <string>

#include <doctest/doctest.h>

#include <circo/run/engine.hpp>

namespace {

using namespace circo;

struct Ping {};
struct Plain {
  using Receives = Messages<Ping>;
  std::uint64_t number = 0;
  void on(const Ping&, Context&) { ++number; }
};
struct Other {
  using Receives = Messages<Ping>;
  int value = 0;
  void on(const Ping&, Context&) {}
};
struct Stranger {
  using Receives = Messages<Ping>;
  void on(const Ping&, Context&) {}
};

/// *Collective.* What the run of this setup fails with; empty when it does not.
std::string failure_of(const std::function<void(Setup&)>& setup, Start start = Start::random) {
  EngineSettings settings;
  settings.rank.schedulers_per_rank = 2;
  settings.start = start;
  settings.max_supersteps = 100;
  Engine<> engine{MPI_COMM_WORLD, ActorTypes<Plain, Other>::bind(), settings};
  try {
    engine.run(setup);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Population plain(Setup& setup, std::uint64_t n) {
  return setup.populate<Plain>(n, [](std::uint64_t i, const Population&) { return Plain{i}; });
}

TEST_CASE("an index beyond the end of a population ends the run with a sentence, whatever the start") {
  for (const Start start : {Start::random, Start::block, Start::parent})
    for (const std::uint64_t index : {std::uint64_t{50}, std::uint64_t{64}, std::uint64_t{51}, UINT64_MAX}) {
      CAPTURE(index);
      const auto text = failure_of([&](Setup& setup) { setup.send(plain(setup, 50)[index], Ping{}); }, start);
      CHECK(contains(text, "a population of 50 actors was asked for actor " + std::to_string(index)));
      CHECK(contains(text, "expected 0 to 49"));
    }
  CHECK(contains(failure_of([&](Setup& setup) { plain(setup, 0)[0]; }), "as it is empty"));
  CHECK(failure_of([&](Setup& setup) { setup.send(plain(setup, 50)[49], Ping{}); }).empty());
}

TEST_CASE("setup sends only to addresses that it has given out, and edits only actors that are there") {
  const Addr beyond[] = {Addr{}, Addr{1u << 20, 0, 1}, Addr{0, 1000, 1}, Addr{1, 1000, 1}, Addr{0, 0, 2}};
  for (const Addr addr : beyond) {
    CAPTURE(addr.bits());
    CHECK(contains(failure_of([&](Setup& setup) {
                     plain(setup, 50);
                     setup.send(addr, Ping{});
                   }),
                   "setup: send() got "));
    CHECK(contains(failure_of([&](Setup& setup) {
                     plain(setup, 50);
                     setup.edit<Plain>(addr, [](Plain&) {});
                   }),
                   "setup: edit() got "));
  }
  CHECK(contains(failure_of([&](Setup& setup) {
                   const auto all = plain(setup, 50);
                   for (std::uint64_t i = 0; i < 50; ++i)
                     setup.edit<Other>(all[i], [](Other& other) { other.value = 1; });
                 }),
                 "edit() expected an actor of type Other"));
  CHECK(contains(failure_of([&](Setup& setup) {
                   const auto all = setup.reserve(50);
                   for (std::uint64_t i = 0; i < 50; ++i) setup.edit<Plain>(all[i], [](Plain&) {});
                   setup.make<Plain>(all, [](std::uint64_t i) { return Plain{i}; });
                 }),
                 "which is that of no actor made before"));
}

TEST_CASE("what setup reserves it makes, once") {
  CHECK(contains(failure_of([](Setup& setup) { setup.reserve(50); }), "expected make() for every population"));
  CHECK(contains(failure_of([](Setup& setup) {
                   const auto all = plain(setup, 50);
                   setup.make<Plain>(all, [](std::uint64_t i) { return Plain{i}; });
                 }),
                 "setup makes two actors for address"));
  CHECK(contains(failure_of([](Setup& setup) { setup.spawn<Stranger>(); }), "Stranger is not in the model's list"));
}

TEST_CASE("setup may send before it makes, and edit after") {
  CHECK(failure_of([](Setup& setup) {
          const auto all = setup.reserve(20);
          for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], Ping{});
          setup.make<Plain>(all, [](std::uint64_t i) { return Plain{i}; });
          const Addr one = setup.spawn<Other>(3);
          setup.edit<Other>(one, [](Other& other) { CHECK(other.value == 3); });
          for (std::uint64_t i = 0; i < all.size(); ++i)
            setup.edit<Plain>(all[i], [&](Plain& actor) { CHECK(actor.number == i); });
        }).empty());
}

}  // namespace
