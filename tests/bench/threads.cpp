// Two schedulers of one rank on one thread and on two. Perfect: twice as fast, as they share nothing but handed-over
// chunks.

#include <bench/timed_run.hpp>
#include <fmt/format.h>
#include <ping_pong/ping_pong.hpp>

namespace circo::bench {

namespace {

void compare(Bench& bench, std::string_view name, std::uint64_t remote_of_4) {
  constexpr std::uint64_t pairs = 2000;
  const std::uint64_t hits = bench.size(8'000'000, 40'000) / pairs;
  const Dispatch dispatch = ActorTypes<models::Player>::bind();
  auto run_on = [&](int threads) {
    return [&, threads] {
      RankSettings rank;
      rank.schedulers_per_rank = 2;
      rank.threads = threads;
      return run_seconds(bench.world(), dispatch, rank, pairs * hits, [&](Setup& setup) {
        // Block start: the first half of the players is at scheduler 0. Pairs (i, i + pairs) are remote, neighbors
        // local.
        const Population all = setup.populate<models::Player>(2 * pairs, [&](std::uint64_t i, const Population& them) {
          const std::uint64_t quad = i % pairs / 2;  // two players at either scheduler
          return models::Player{them[quad % 4 < remote_of_4 ? (i + pairs) % (2 * pairs) : i ^ 1]};
        });
        for (std::uint64_t i = 0; i < pairs; ++i) {
          const bool remote = i / 2 % 4 < remote_of_4;
          if (remote) setup.send(all[i], models::Ball{hits});
          if (!remote && i % 2 == 0) {
            setup.send(all[i], models::Ball{hits});
            setup.send(all[i + pairs], models::Ball{hits});
          }
        }
      });
    };
  };
  const auto rates = bench.interleave(pairs * hits, run_on(2), run_on(1));
  bench.add(
      {fmt::format("schedulers=2 threads=2 mail={}", name), rates[0], "M messages/s", rates[1], rates[0] / rates[1]});
}

}  // namespace

void threads(Bench& bench) {
  compare(bench, "local", 0);
  compare(bench, "half-remote", 2);
  compare(bench, "remote", 4);
}

}  // namespace circo::bench
