// Every actor sends to random actors of all ranks: bound by memory latency, and by the exchange when there are two
// ranks.

#include <bench/timed_run.hpp>
#include <bench/update_floor.hpp>
#include <fmt/format.h>

#include <circo/run/model.hpp>

namespace circo::bench {

namespace {

std::uint32_t actors_a_rank = 0, ranks = 1;

template <std::size_t bytes>
struct Update {
  std::array<std::uint64_t, bytes / 8> words;  // the first says where it goes next, and how often
};

template <std::size_t bytes>
struct Cell {
  using Receives = Messages<Update<bytes>>;
  std::uint64_t updates = 0;

  void on(const Update<bytes>& update, Context& ctx) {
    ++updates;
    const std::uint64_t walk = next_step(update.words[0]);
    if (walk == 0) return;
    Update<bytes> next = update;
    next.words[0] = walk;
    ctx.send(Addr{rank_of(walk, ranks), index_of(walk, actors_a_rank), 1}, next);
  }
};

template <std::size_t bytes>
void compare(Bench& bench, std::uint32_t actors) {
  const Communicator& world = bench.world();
  actors_a_rank = actors;
  ranks = static_cast<std::uint32_t>(world.size());
  const std::uint64_t wanted = bench.size(bytes > 1024 ? 400'000 : 8'000'000, 20'000);
  const std::uint64_t hops = std::max<std::uint64_t>(wanted / actors, 2);
  const std::uint64_t messages = hops * actors * ranks;
  const Dispatch dispatch = ActorTypes<Cell<bytes>>::bind();
  UpdateFloor<bytes> floor{world, actors};
  bench.compare(
      fmt::format("ranks={} actors={} bytes={}", ranks, actors, bytes), messages, "messages",
      [&] {
        return run_seconds(world, dispatch, {}, messages, [&](Setup& setup) {
          const Population all = setup.populate<Cell<bytes>>(
              std::uint64_t{actors} * ranks, [](std::uint64_t, const Population&) { return Cell<bytes>{}; });
          for (std::uint64_t i = 0; i < all.size(); ++i)
            if (all[i].home() == static_cast<SchedulerId>(world.rank()))
              setup.send(all[i], Update<bytes>{{first_step(i, hops)}});
        });
      },
      [&] { floor.run(hops); });
  check(floor.all_updates() == static_cast<std::uint64_t>(bench.turns() + 1) * messages, "the floor lost messages");
}

}  // namespace

void random_updates(Bench& bench) {
  bench.set_turns(5);
  const auto few = static_cast<std::uint32_t>(bench.size(100'000, 1000));
  compare<8>(bench, few);
  compare<16>(bench, few);
  compare<64>(bench, few);
  compare<256>(bench, few);
  compare<4096>(bench, few);
  bench.set_turns(3);
  const auto many = static_cast<std::uint32_t>(bench.size(4'000'000, 2000));
  compare<16>(bench, many);
  compare<64>(bench, many);
}

}  // namespace circo::bench
