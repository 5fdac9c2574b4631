#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo::bench {

/// One line of the table. `floor`: what a hand-written loop does in the same unit; `ratio`: 1 is as good as the floor,
/// below 1 worse. Both 0 where there is nothing to compare with.
struct Figure {
  std::string name;  ///< of the case, like "pairs=1000 infotons=sampled"
  double value = 0;
  std::string unit;
  double floor = 0;
  double ratio = 0;
};

/// Seconds on a clock. On one rank that of the processor's work for this process: what else runs on the machine then
/// takes no time off the figures, only cache and memory. Ranks wait for each other, so several go by the wall.
inline double now(const Communicator& world) {
  timespec time;
  clock_gettime(world.size() == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// What a benchmark runs in: how long it may take, the ranks, and where its figures go.
class Bench {
 public:
  Bench(const Communicator& world, bool quick) : world_{world}, quick_{quick} {}

  const Communicator& world() const { return world_; }
  /// `full`, or `small` when only whether it works is of interest.
  std::uint64_t size(std::uint64_t full, std::uint64_t small) const { return quick_ ? small : full; }
  int turns() const { return quick_ ? 1 : turns_; }
  /// Fewer turns, for what takes long.
  void set_turns(int turns) { turns_ = turns; }

  /// *Collective.* Seconds that `work` takes on the slowest rank; or what it returns, when it looks at the clock
  /// itself.
  template <class Work>
  double seconds(Work&& work) const {
    world_.sum(std::int64_t{0});  // all start together
    if constexpr (std::is_same_v<decltype(work()), double>) return work();
    const double start = now(world_);
    work();
    return world_.max(now(world_) - start);
  }

  /// *Collective.* Rates in million items a second: of the engine, and of the fastest of the hand-written loops. They
  /// take turns (A B A B, the first turn warms up), and medians count.
  template <class Engine, class... Floors>
  void compare(std::string name, std::uint64_t items, std::string_view item, Engine&& engine, Floors&&... floors) {
    const auto rates = interleave(items, engine, floors...);
    const double floor = sizeof...(Floors) == 0 ? 0 : *std::max_element(rates.begin() + 1, rates.end());
    add({std::move(name), rates[0], "M " + std::string{item} + "/s", floor, floor > 0 ? rates[0] / floor : 0});
  }
  /// *Collective.* Median rates of pieces of work that take turns, in million items a second.
  template <class... Works>
  std::vector<double> interleave(std::uint64_t items, Works&&... works) const {
    std::vector<std::vector<double>> rates(sizeof...(Works));
    for (int turn = 0; turn <= turns(); ++turn) {
      const std::initializer_list<double> times{seconds(works)...};
      if (turn == 0) continue;
      for (std::size_t i = 0; i < times.size(); ++i)
        rates[i].push_back(static_cast<double>(items) * 1e-6 / times.begin()[i]);
    }
    std::vector<double> medians;
    for (auto& each : rates) medians.push_back(median(each));
    return medians;
  }
  void add(Figure figure);

  const std::vector<Figure>& figures() const { return figures_; }

 private:
  static double median(std::vector<double>& values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  }

  const Communicator& world_;
  bool quick_;
  int turns_ = 9;
  std::vector<Figure> figures_;
};

/// A wrong answer makes a fast benchmark worthless: throws Error unless `right`.
void check(bool right, std::string_view what);

/// A benchmark, a function that adds figures. In tests/bench/NAME.cpp; a new one is a line in benchmarks.cpp.
struct Benchmark {
  std::string_view name;
  std::string_view describe;
  std::vector<int> ranks;  ///< numbers of ranks to run it on
  void (*run)(Bench&);
};
std::vector<Benchmark> benchmarks();

}  // namespace circo::bench
