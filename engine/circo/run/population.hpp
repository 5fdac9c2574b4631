#pragma once

#include <cstdint>

#include <fmt/format.h>

#include <circo/actor/addr.hpp>
#include <circo/error.hpp>
#include <circo/run/permutation.hpp>

namespace circo {

/// Where a model's first actors are made: `random`: spread evenly at random; `block`: the first n/S at scheduler 0, and
/// so on; `parent`: all at scheduler 0, from where the infoton step must spread them.
enum class Start { random, block, parent };

/// n actors made at the start, numbered 0 .. n-1, whose addresses are computed, not stored: every scheduler knows them
/// all.
class Population {
 public:
  /// `base`: index of the first one in each home's table, at scheduler 0 and at the others.
  Population(std::uint64_t n, SchedulerId schedulers, Start start, std::uint64_t seed, std::uint32_t base_first,
             std::uint32_t base_rest)
      : n_{n},
        schedulers_{schedulers},
        start_{start},
        order_{n, seed},
        base_first_{base_first},
        base_rest_{base_rest} {}

  std::uint64_t size() const { return n_; }
  /// The address of the i-th; i < size(), else it throws Error.
  Addr operator[](std::uint64_t i) const {
    if (i >= n_) [[unlikely]]
      beyond(i);
    if (start_ == Start::parent) return {0, base_first_ + static_cast<std::uint32_t>(i), 1};
    const std::uint64_t place = start_ == Start::random ? order_(i) : i;
    const auto home = static_cast<SchedulerId>(scaled(place, schedulers_, n_));
    return {home, base(home) + static_cast<std::uint32_t>(place - first(home)), 1};
  }
  /// Calls `use(i)` for those at home at `scheduler`, in the order of their addresses.
  template <class Use>
  void for_each_at(SchedulerId scheduler, Use&& use) const {
    for (std::uint64_t place = first(scheduler); place < first(scheduler + 1); ++place)
      use(start_ == Start::random ? order_.inverse(place) : place);
  }
  std::uint64_t count_at(SchedulerId scheduler) const { return first(scheduler + 1) - first(scheduler); }

 private:
  [[noreturn, gnu::cold]] void beyond(std::uint64_t i) const {
    throw Error(fmt::format("a population of {} actors was asked for actor {}: expected {}", n_, i,
                            n_ == 0 ? "no index at all, as it is empty" : fmt::format("0 to {}", n_ - 1)));
  }
  static std::uint64_t scaled(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(a) * b / c);
  }
  std::uint32_t base(SchedulerId home) const { return home == 0 ? base_first_ : base_rest_; }
  /// The first place that belongs to a scheduler: the least p with p * S / n >= scheduler.
  std::uint64_t first(SchedulerId scheduler) const {
    if (start_ == Start::parent) return scheduler == 0 ? 0 : n_;
    if (scheduler >= schedulers_) return n_;
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(scheduler) * n_ + schedulers_ - 1) / schedulers_);
  }

  std::uint64_t n_;
  SchedulerId schedulers_;
  Start start_;
  Permutation order_;
  std::uint32_t base_first_, base_rest_;
};

}  // namespace circo
