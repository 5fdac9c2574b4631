#pragma once

#include <cstdint>
#include <vector>

#include <circo/run/population.hpp>
#include <circo/scheduler/context.hpp>

namespace circo {

/// How a model makes its first actors and sends its first messages. A model's `setup` is called once for each scheduler
/// and says the same each time; each scheduler carries out its own part, so that nothing is made in one place and
/// moved.
class Setup {
 public:
  Setup(Scheduler& scheduler, SchedulerId schedulers, Start start)
      : scheduler_{scheduler}, schedulers_{schedulers}, start_{start} {}

  SchedulerId schedulers() const { return schedulers_; }
  std::uint64_t seed() const { return scheduler_.settings().seed; }

  /// Addresses for n actors, spread as `--start` says; `make` must follow. For actors of several types that know each
  /// other.
  Population reserve(std::uint64_t n) {
    const Population population{n, schedulers_, start_, mix(seed(), base_first_), base_first_, base_rest_};
    const std::uint64_t most = start_ == Start::parent ? n : n / schedulers_ + 1;
    if (base_first_ + most > Addr::max_index)
      throw Error(
          fmt::format("{} actors do not fit on {} schedulers: at most 2^28 may be made at one; use more schedulers", n,
                      schedulers_));
    if (scheduler_.id() == 0 || start_ != Start::parent)
      scheduler_.directory().reserve(static_cast<std::uint32_t>(most));
    base_first_ += static_cast<std::uint32_t>(most);
    if (start_ != Start::parent) base_rest_ += static_cast<std::uint32_t>(most);
    return population;
  }
  /// Makes the actors of a population; `make(i)` returns the i-th, of type A.
  template <Actor A, class Make>
  void make(const Population& population, Make&& make) {
    if (population.size() == 0) return;
    population.for_each_at(scheduler_.id(), [&](std::uint64_t i) {
      place<A>(population[i], [&](void* state) { new (state) A(make(i)); });
    });
  }
  /// Both at once, for actors that only know each other: `make(i, population)` returns the i-th; population[j] is the
  /// address of the j-th.
  template <Actor A, class Make>
  Population populate(std::uint64_t n, Make&& each) {
    const Population population = reserve(n);
    make<A>(population, [&](std::uint64_t i) { return each(i, population); });
    return population;
  }

  /// Makes one actor, at scheduler 0.
  template <Actor A, class... Args>
  Addr spawn(Args&&... args) {
    const Addr addr{0, base_first_++, 1};
    if (scheduler_.id() == 0) {
      scheduler_.directory().reserve(1);
      place<A>(addr, [&](void* state) { Context::construct<A>(state, std::forward<Args>(args)...); });
    }
    return addr;
  }

  /// Changes the state of an actor made here, where it lives: for actors that must know what is made after them.
  template <Actor A, class Change>
  void edit(Addr addr, Change&& change) {
    if (addr.home() == scheduler_.id())
      change(*static_cast<A*>(scheduler_.arena().head(scheduler_.directory().find(addr)).state()));
  }

  /// Sends a message from outside to an actor made here.
  template <Message M>
  requires(!ArrayMessage<M>) void send(Addr to, const M& message) {
    if (to.home() == scheduler_.id()) context_.send(to, message);
  }
  template <ArrayMessage M>
  void send(Addr to, const M& message, std::span<const typename M::Values> values) {
    if (to.home() == scheduler_.id()) context_.send(to, message, values);
  }

  /// Calls on_spawn of the actors made, now that all are there. The engine's part.
  void finish() {
    for (const Addr addr : made_) context_.spawned(scheduler_.arena().head(scheduler_.directory().find(addr)));
  }

 private:
  template <Actor A, class Construct>
  void place(Addr addr, Construct&& construct) {
    if (actor_number<A> == unbound_actor)
      throw Error(fmt::format("{} is not in the model's list of actor types", actor_name<A>()));
    auto& random = scheduler_.random();
    auto offset = [&] { return static_cast<float>(random.uniform() - 0.5); };
    const float x = offset(), y = offset(), z = offset();
    made_.push_back(
        scheduler_.place_new(addr, actor_number<A>, scheduler_.position() + Position{x, y, z}, construct).addr);
  }

  Scheduler& scheduler_;
  Context context_{scheduler_};
  SchedulerId schedulers_;
  Start start_;
  std::uint32_t base_first_ = 0, base_rest_ = 0;
  std::vector<Addr> made_;
};

}  // namespace circo
