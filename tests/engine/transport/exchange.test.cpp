#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/defaults.hpp>
#include <circo/transport/exchange.hpp>

namespace {

using namespace circo;

/// Sections with random contents: every scheduler knows what every other sends it, as both draw it from the same
/// stream, and each section carries its number in the sequence of its pair.
class Mail {
 public:
  Mail(const Communicator& world, TopologyKind kind, SchedulerId per_rank, Exchange::Settings settings,
       std::uint64_t seed)
      : seed_{seed},
        layout_{world.size(), world.rank(), per_rank},
        topology_{world, kind},
        exchange_{topology_, layout_, settings} {}

  Exchange& exchange() { return exchange_; }

  /// Adds the sections of round `round` that this rank's schedulers send.
  void post(std::uint64_t round, std::uint64_t most_bytes) {
    for (SchedulerId from = layout_.first(); from < layout_.first() + layout_.per_rank; ++from)
      for (SchedulerId to = 0; to < layout_.schedulers(); ++to)
        for (std::uint64_t k = sections_in(from, to, round); k > 0; --k) {
          const std::uint64_t number = ++sent_[{from, to}];
          auto room = exchange_.add({from, to, bytes_of(from, to, number, most_bytes), number});
          fill(room, contents(from, to, number));
        }
  }

  void check(const std::vector<Section>& arrived, std::uint64_t most_bytes) {
    for (const Section& section : arrived) {
      const auto& [from, to, bytes, number] = section.head;
      REQUIRE(layout_.is_here(to));
      REQUIRE(number == ++received_[{from, to}]);
      REQUIRE(bytes == bytes_of(from, to, number, most_bytes));
      REQUIRE(section.data.size() == bytes);
      REQUIRE(reinterpret_cast<std::uintptr_t>(section.data.data()) % 8 == 0);
      std::vector<std::byte> expected(bytes);
      fill(expected, contents(from, to, number));
      REQUIRE(std::ranges::equal(section.data, expected));
    }
  }

  /// All that has been sent in the first `rounds` rounds has arrived.
  void check_all(std::uint64_t rounds) {
    for (SchedulerId to = layout_.first(); to < layout_.first() + layout_.per_rank; ++to)
      for (SchedulerId from = 0; from < layout_.schedulers(); ++from) {
        std::uint64_t expected = 0;
        for (std::uint64_t round = 0; round < rounds; ++round) expected += sections_in(from, to, round);
        REQUIRE(received_[{from, to}] == expected);
      }
  }

 private:
  std::uint64_t contents(SchedulerId from, SchedulerId to, std::uint64_t number) const {
    return mix(mix(seed_, from), mix(to, number));
  }
  std::uint64_t sections_in(SchedulerId from, SchedulerId to, std::uint64_t round) const {
    const std::uint64_t draw = below(contents(from, to, round + 1'000'000), 8);
    return draw < 4 ? 0 : draw - 4;
  }
  /// Mostly much less than `most`; any number, also 0 and such that is no multiple of 8.
  std::uint64_t bytes_of(SchedulerId from, SchedulerId to, std::uint64_t number, std::uint64_t most) const {
    const std::uint64_t draw = contents(from, to, number + 2'000'000);
    return below(mix(draw), draw % 10 == 0 ? most : std::min<std::uint64_t>(most, 50));
  }
  static void fill(std::span<std::byte> bytes, std::uint64_t value) {
    for (auto& byte : bytes) byte = static_cast<std::byte>((value = value * 6364136223846793005ull + 1) >> 56);
  }

  std::uint64_t seed_;
  Layout layout_;
  Topology topology_;
  Exchange exchange_;
  std::map<std::pair<SchedulerId, SchedulerId>, std::uint64_t> sent_, received_;
};

TEST_CASE("what is added arrives whole, in order and once, with several exchanges in flight") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const std::uint64_t seed = test::test_seed();
  const std::uint64_t most_bytes = 3000, rounds = 12;
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid})
    for (const SchedulerId per_rank : {1u, 3u})
      // All batches larger than the first block; some; none.
      for (const Exchange::Settings settings : {Exchange::Settings{16, 256, false},
                                                {512, 1024, false},
                                                {16, 256, true},
                                                {512, 1024, true},
                                                {1 << 18, 1 << 20, true}})
        for (const int depth : {1, 2, 4}) {
          CAPTURE(static_cast<int>(kind));
          CAPTURE(per_rank);
          CAPTURE(settings.first_block_bytes);
          CAPTURE(settings.share_memory);
          CAPTURE(depth);
          Mail mail{world, kind, per_rank, settings, seed};
          for (std::uint64_t round = 0; round < rounds; ++round) {
            mail.post(round, most_bytes);
            mail.exchange().start();
            while (mail.exchange().in_flight() >= depth) mail.check(mail.exchange().finish(), most_bytes);
          }
          while (mail.exchange().in_flight() > 0) mail.check(mail.exchange().finish(), most_bytes);
          mail.check(mail.exchange().deliver(), most_bytes);  // what waits to be passed on
          CHECK(mail.exchange().through_sections() == 0);
          mail.check_all(rounds);
        }
}

TEST_CASE("deliver brings everything over all hops, sorted by sender and receiver") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const std::uint64_t seed = test::test_seed();
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid})
    for (const bool share : {false, true}) {
      Mail mail{world, kind, 2, {64, 128, share}, seed};
      for (std::uint64_t round = 0; round < 5; ++round) {
        mail.post(round, 500);
        const auto arrived = mail.exchange().deliver();
        CHECK(std::ranges::is_sorted(arrived, {}, [](const Section& s) { return std::pair{s.head.from, s.head.to}; }));
        mail.check(arrived, 500);
        mail.check_all(round + 1);
      }
    }
}

TEST_CASE("a batch that fills the first block exactly, and one that is 8 bytes larger") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  constexpr std::size_t block = 256;
  const Layout layout{world.size(), world.rank(), 1};
  const Topology topology{world, TopologyKind::complete};
  for (const bool share : {false, true}) {
    Exchange exchange{topology, layout, {block, 64, share}};
    for (const std::size_t bytes : {block - 8 - sizeof(SectionHead), block - sizeof(SectionHead)}) {
      for (SchedulerId to = 0; to < layout.schedulers(); ++to)
        std::ranges::fill(exchange.add({layout.first(), to, bytes, 1}), std::byte{42});
      exchange.start();
      const auto arrived = exchange.finish();
      CHECK(arrived.size() == layout.schedulers());
      for (const Section& section : arrived) {
        CHECK(section.data.size() == bytes);
        CHECK(std::ranges::count(section.data, std::byte{42}) == static_cast<std::ptrdiff_t>(bytes));
      }
    }
  }
}

TEST_CASE("exchanges without mail end, and bring nothing") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const auto kind : {TopologyKind::complete, TopologyKind::grid}) {
    const Layout layout{world.size(), world.rank(), 1};
    const Topology topology{world, kind};
    Exchange exchange{topology, layout, {16, 64}};
    for (int i = 0; i < 100; ++i) exchange.start();
    while (exchange.in_flight() > 0) CHECK(exchange.finish().empty());
    CHECK(exchange.bytes_sent() == 0);
  }
}

TEST_CASE("a section stays readable while its owner lives, also after the exchange is gone") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  for (const bool share : {false, true}) {
    std::vector<Section> arrived;
    {
      const Layout layout{world.size(), world.rank(), 1};
      const Topology topology{world, TopologyKind::complete};
      Exchange exchange{topology, layout, {64, 128, share}};
      const auto send = [&](std::size_t more) {
        for (SchedulerId to = 0; to < layout.schedulers(); ++to)
          std::ranges::fill(exchange.add({layout.first(), to, 10 + more * (to % 2), 1}),
                            static_cast<std::byte>(to + more));
        return exchange.deliver();
      };
      arrived = send(300);
      for (int i = 0; i < 10; ++i) send(301);  // elsewhere
    }
    for (const Section& section : arrived)
      for (const std::byte byte : section.data) CHECK(byte == static_cast<std::byte>(section.head.to + 300));
  }
}

TEST_CASE("a rank that has finished an exchange keeps nobody waiting, whatever it does next") {
  const auto world = Communicator::duplicate(MPI_COMM_WORLD);
  const Layout layout{world.size(), world.rank(), 1};
  const Topology topology{world, TopologyKind::complete};
  Exchange exchange{topology, layout, {defaults::first_block_bytes, defaults::transfer_bytes, false}};
  // Told to the others without a call of MPI, in which what is left of a transfer would go on.
  std::int64_t* mine = nullptr;
  MPI_Win window;
  mpi_check(MPI_Win_allocate_shared(sizeof *mine, sizeof *mine, MPI_INFO_NULL, world.get(), static_cast<void*>(&mine),
                                    &window));
  auto finished = [&](int rank) {
    MPI_Aint bytes;
    int unit;
    std::int64_t* of_rank = nullptr;
    mpi_check(MPI_Win_shared_query(window, rank, &bytes, &unit, static_cast<void*>(&of_rank)));
    return std::atomic_ref{*of_rank};
  };
  finished(world.rank()) = 0;
  world.sum(std::int64_t{0});
  for (int to = 0; to < world.size(); ++to)
    if (to != world.rank())
      std::ranges::fill(exchange.add({layout.first(), static_cast<SchedulerId>(to), 8 << 20, 1}), std::byte{1});
  exchange.start();
  CHECK(exchange.finish().size() == static_cast<std::size_t>(world.size() - 1));
  finished(world.rank()) = 1;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  for (int rank = 0; rank < world.size(); ++rank) {
    const auto theirs = finished(rank);
    while (theirs == 0 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    CHECK(theirs == 1);
  }
  mpi_check(MPI_Win_free(&window));
}

}  // namespace
