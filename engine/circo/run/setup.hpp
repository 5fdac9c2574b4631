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
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  SchedulerId schedulers() const { return schedulers_; }
  std::uint64_t seed() const { return scheduler_.settings().seed; }

  /// Addresses for n actors, spread as `--start` says; `make` must follow, once. For actors of several types that know
  /// each other.
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
    to_make_ += population.count_at(scheduler_.id());
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
    if (base_first_ >= Addr::max_index)
      throw Error("setup spawns more than 2^28 actors at scheduler 0; make them with populate(), which spreads them");
    const Addr addr{0, base_first_++, 1};
    if (scheduler_.id() == 0) {
      ++to_make_;
      scheduler_.directory().reserve(1);
      place<A>(addr, [&](void* state) { Context::construct<A>(state, std::forward<Args>(args)...); });
    }
    return addr;
  }

  /// Changes the state of an actor of type A made here, where it lives: for actors that must know what is made after
  /// them. Throws Error when the address is not that of such an actor.
  template <Actor A, class Change>
  void edit(Addr addr, Change&& change) {
    expect_given_out(addr, "edit()");
    if (addr.home() != scheduler_.id()) return;
    const Place place = scheduler_.directory().find(addr);
    if (!place.is_here()) not_made("edit()", addr);
    if (place.type() != actor_number<A>)
      throw Error(fmt::format("setup: edit() expected an actor of type {} at address {:#x}, which is of type {}",
                              actor_name<A>(), addr.bits(), scheduler_.dispatch().actors[place.type()].name));
    change(*static_cast<A*>(place.head().state()));
  }

  /// Sends a message from outside to an actor of this setup, which may be made later. Throws Error when the address
  /// has not been given out here.
  template <Message M>
  requires(!ArrayMessage<M>) void send(Addr to, const M& message) {
    expect_given_out(to, "send()");
    if (to.home() == scheduler_.id()) context_.send(to, message);
  }
  template <ArrayMessage M>
  void send(Addr to, const M& message, std::span<const typename M::Values> values) {
    expect_given_out(to, "send()");
    if (to.home() == scheduler_.id()) context_.send(to, message, values);
  }

  /// Calls on_spawn of the actors made, now that all are there. The engine's part.
  void finish() {
    if (made_.size() != to_make_)
      throw Error(fmt::format(
          "setup reserved {} addresses at scheduler {} and made {} actors; expected make() for every population that "
          "reserve() returned, once",
          to_make_, scheduler_.id(), made_.size()));
    for (const Addr addr : made_) context_.spawned(scheduler_.arena().head(scheduler_.directory().find(addr)));
  }

 private:
  /// Addresses of first actors are those below what has been reserved, all of generation 1.
  void expect_given_out(Addr addr, std::string_view caller) const {
    const std::uint32_t given_out = addr.home() == 0 ? base_first_ : base_rest_;
    if (addr.home() >= schedulers_ || addr.index() >= given_out || addr.generation() != 1) [[unlikely]]
      not_made(caller, addr);
  }
  [[noreturn, gnu::cold]] static void not_made(std::string_view caller, Addr addr) {
    throw Error(
        addr ? fmt::format("setup: {} got the address {:#x}, which is that of no actor made before; expected "
                           "one that spawn() returned or an entry of a population",
                           caller, addr.bits())
             : fmt::format("setup: {} got an empty address (Addr{{}}); expected that of an actor made before", caller));
  }

  template <Actor A, class Construct>
  void place(Addr addr, Construct&& construct) {
    if (actor_number<A> == unbound_actor)
      throw Error(fmt::format("{} is not in the model's list of actor types", actor_name<A>()));
    if (scheduler_.directory().find(addr).is_here())
      throw Error(
          fmt::format("setup makes two actors for address {:#x}; expected one make() per population", addr.bits()));
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
  std::uint64_t to_make_ = 0;
};

}  // namespace circo
