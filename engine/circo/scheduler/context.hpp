#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <circo/actor/actor.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

/// What an actor can do and see while it reacts to a message. Valid only during the call it was passed to.
class Context {
 public:
  explicit Context(Scheduler& scheduler) : scheduler_{scheduler} {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Sends a message. Messages from this actor to one receiver arrive in the order sent, also when either moves. To a
  /// dead actor: counted as a dead letter. `energy` is that of the infoton it may carry: positive pulls the receiver
  /// toward this actor, negative pushes it away, zero leaves it. Throws Error when the message is over 16 MiB, and
  /// when an infoton would have an energy that is no number from -1e20 to 1e20.
  template <Message M>
  requires(!ArrayMessage<M>) void send(Addr to, const M& message, float energy = 1) {
    put(message, 0, RecordTo{*this, to, energy});
  }
  /// The same with an array of values behind the message.
  template <ArrayMessage M>
  void send(Addr to, const M& message, std::span<const typename M::Values> values, float energy = 1) {
    const std::size_t bytes = padded(values.size_bytes());
    std::byte* end = put(message, sizeof(std::uint64_t) + bytes, RecordTo{*this, to, energy});
    const std::uint64_t count = values.size();
    std::memcpy(end, &count, sizeof count);
    if (count != 0) std::memcpy(end + sizeof count, values.data(), values.size_bytes());
  }
  /// Sends a message to oneself that arrives in the next superstep, in relaxed mode too: the clock of a simulation.
  /// Later when the scheduler has more mail than a superstep's budget. Its order with other messages to oneself is
  /// open.
  template <Message M>
  requires(!ArrayMessage<M>) void wake(const M& message) {
    put(message, 0, [&](MessageNumber number, std::size_t bytes) -> Envelope& {
      return scheduler_.begin_wake(*self_, number, bytes);
    });
  }
  /// Passes the present message on to another actor; it keeps its sender. Placement counts it as traffic between this
  /// actor and that one, with the energy of an infoton of this actor.
  void forward(Addr to, float energy = 1) {
    if (record_ == nullptr) [[unlikely]]
      nothing_to_forward();
    scheduler_.redirect(*record_, *self_, to, energy);
  }

  /// Makes an actor of type A from constructor arguments, near this one; its address is valid at once. Its on_spawn is
  /// called before this returns; when this is itself called in an on_spawn, after that one has returned.
  template <Actor A, class... Args>
  Addr spawn(Args&&... args) {
    return spawn_at<A>(near_self(), std::forward<Args>(args)...);
  }
  template <Actor A, class... Args>
  Addr spawn_at(Position position, Args&&... args) {
    if (actor_number<A> == unbound_actor)
      throw Error(fmt::format("{} is not in the model's list of actor types", actor_name<A>()));
    ActorHead& head = scheduler_.spawn(actor_number<A>, position,
                                       [&](void* state) { construct<A>(state, std::forward<Args>(args)...); });
    const Addr addr = head.addr;  // the head is free again when the actor dies in on_spawn
    spawned(head);
    return addr;
  }

  /// Ends this actor when the handler returns. What it has sent still arrives.
  void die() { dying_ = true; }

  Addr self() const { return self_->addr; }
  /// The actor that sent the present message; nobody when it came from outside.
  Addr sender() const { return record_ != nullptr ? record_->from : Addr{}; }
  Position position() const { return scheduler_.arena().positions()[self_->row]; }
  std::uint64_t superstep() const { return scheduler_.superstep(); }
  SchedulerId scheduler() const { return scheduler_.id(); }

  /// This actor's reproducible random stream, a function of the run's seed and the actor's address. Holds until the
  /// next spawn.
  RandomStream<std::uint64_t&> random() {
    return {scheduler_.actor_stream(self()), scheduler_.arena().draws()[self_->row]};
  }

  /// Adds a value to the run's result. Of several reports of one name one counts, the last of the highest scheduler
  /// that has reported it; the summary says of how many. For sums over actors see Finish::for_each.
  void report(std::string_view name, Value value) { scheduler_.report().put(name, std::move(value)); }
  /// Ends the run, after this superstep.
  void stop() { scheduler_.stop(); }
  void stop(std::string_view name, Value value) {
    report(name, std::move(value));
    stop();
  }

  // The engine's side.
  /// Calls an actor with a message.
  void enter(const ActorHead& self, const Envelope& record) {
    self_ = &self;
    record_ = &record;
  }
  /// Calls an actor without a message; `occasion` says at what.
  void enter(const ActorHead& self, const char* occasion) {
    self_ = &self;
    record_ = nullptr;
    occasion_ = occasion;
    dying_ = false;
  }
  bool dying() const { return dying_; }
  /// Ends the current actor: its on_death, then that of the plugins, then its state is destroyed. A die() in between
  /// changes nothing.
  void end_actor();
  const ActorHead* current() const { return self_; }
  const Envelope* record() const { return record_; }
  /// Which actor reacts to what, to put before a message; empty outside of an actor.
  std::string where() const;
  /// Calls the new actor's on_spawn as that actor; from within another on_spawn, when that one has returned, so that
  /// each may spawn the next without end. Used for actors made in setup too. When some throw, the rest is called
  /// nevertheless, and the first exception goes on.
  void spawned(ActorHead& head);

  template <class A, class... Args>
  static void construct(void* state, Args&&... args) {
    if constexpr (std::is_constructible_v<A, Args&&...>) {
      new (state) A(std::forward<Args>(args)...);
    } else {
      new (state) A{std::forward<Args>(args)...};
    }
  }

 private:
  struct RecordTo {
    Context& context;
    Addr to;
    float energy;
    Envelope& operator()(MessageNumber message, std::size_t bytes) const {
      return context.scheduler_.begin_record(*context.self_, to, message, bytes, energy);
    }
  };
  /// Starts a record with `begin(message number, bytes of the body)` and writes the message; returns where `more`
  /// further bytes of the body go.
  template <Message M, class Begin>
  std::byte* put(const M& message, std::size_t more, Begin&& begin) {
    static constexpr std::string_view name = type_name<M>();
    if (message_number<M> == unbound_message) [[unlikely]]
      received_by_none(name);
    if constexpr (Body<M>::fixed_size) {
      const std::size_t bytes = Body<M>::size + more;
      if (bytes > max_message_bytes) [[unlikely]]
        too_big(name, bytes);
      auto& record = begin(message_number<M>, bytes);
      auto* body = const_cast<std::byte*>(record.body());
      Body<M>::write(body, message);
      return body + Body<M>::size;
    } else {
      const auto encoded = Body<M>::encode(message);
      if (encoded.size() + more > max_message_bytes) too_big(name, encoded.size() + more);
      auto& record = begin(message_number<M>, encoded.size() + more);
      auto* body = const_cast<std::byte*>(record.body());
      std::memcpy(body, encoded.data(), encoded.size());
      return body + encoded.size();
    }
  }
  // Out of line and cold, so that sending needs no more of the stack than a leaf function.
  [[noreturn, gnu::cold]] static void received_by_none(std::string_view name);
  [[noreturn, gnu::cold]] static void too_big(std::string_view name, std::size_t bytes);
  [[noreturn]] static void nothing_to_forward();
  Position near_self();
  std::exception_ptr located(const std::exception_ptr& thrown) const;

  Scheduler& scheduler_;
  static constexpr ActorHead outside{};
  const ActorHead* self_ = &outside;
  const char* occasion_ = "";
  const Envelope* record_ = nullptr;
  bool dying_ = false;
  std::vector<ActorHead*> newborn_;  // whose on_spawn is being called, then those that wait for it
};

}  // namespace circo
