#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <circo/actor/layout.hpp>
#include <circo/actor/member_function.hpp>
#include <circo/actor/message.hpp>
#include <circo/actor/type_name.hpp>

namespace circo {

class Context;
class Observer;

namespace detail {
template <class A, class M>
inline constexpr bool handles = requires(A& actor, const M& message, Context& ctx) {
  actor.on(message, ctx);
};
template <class A, ArrayMessage M>
inline constexpr bool handles<A, M> = requires(A& actor, const M& message, std::span<const typename M::Values> values,
                                               Context& ctx) {
  actor.on(message, values, ctx);
};
/// Has a load of another kind: one half of cereal's save and load.
template <class A>
concept LoadedByCereal = requires(A& actor, cereal::BinaryInputArchive& archive) {
  actor.load(archive);
};
CIRCO_MEMBER_FUNCTION(on_spawn)
CIRCO_MEMBER_FUNCTION(on_death)
CIRCO_MEMBER_FUNCTION(on_migrate)
CIRCO_MEMBER_FUNCTION(load)
CIRCO_MEMBER_FUNCTION(observe)
}  // namespace detail

/// `A` reacts to `M`: it has `void on(const M&, Context&)`, for an ArrayMessage `on(const M&, std::span<const V>,
/// Context&)`.
template <class A, class M>
concept Handles = detail::handles<A, M>;

/// State that can move to another rank: as bytes, or with cereal.
template <class A>
concept Movable = CopiedAsBytes<A> || CerealSerializable<A>;

/// An actor type: any class with a list of what it receives and an `on` for each. Optional members:
///
///   void on_spawn(Context&)          once, before its first message
///   void on_death(Context&)          after the handler that has called die()
///   void on_migrate(Context&)        its state has come to another place: after a migration, and at a resume, which is
///                                    another process; for what the state points to outside of itself
///   double load() const              its weight for the balance of schedulers, finite and not negative, in place of
///                                    the messages delivered to it
///   void observe(Observer&) const    what snapshots show of it, see observer.hpp
///   static constexpr std::string_view name
template <class A>
concept Actor = std::is_class_v<A> && requires {
  typename A::Receives;
};

/// Number of an actor type in the running model.
using ActorNumber = std::uint8_t;
inline constexpr ActorNumber unbound_actor = 0xFF;
inline constexpr ActorNumber max_actor_types = 127;  ///< as many as 7 bits of a Place can tell apart
template <Actor A>
inline ActorNumber actor_number = unbound_actor;  // set when a model is bound, see model.hpp

/// What the arena and migration need to know of an actor type.
struct ActorType {
  std::string_view name;
  std::uint32_t size;
  std::uint32_t align;
  void (*destroy)(void* state);
  void (*save)(const void* state, Bytes& out);
  void (*load)(void* state, std::span<const std::byte> in);  ///< constructs in raw memory
  void (*on_spawn)(void* state, Context&);                   ///< this and the next four: null when the type has none
  void (*on_death)(void* state, Context&);
  void (*on_migrate)(void* state, Context&);
  double (*load_of)(const void* state);
  void (*observe)(const void* state, Observer& observer);
  std::string (*layout)();  ///< see layout_of
};

namespace detail {
/// Has a static constexpr `name`; a member of that name is state like any other.
template <class A>
concept NamesItself = requires {
  typename std::integral_constant<const void*, static_cast<const void*>(&A::name)>;
  typename std::bool_constant<(!std::string_view{A::name}.empty())>;
};
}  // namespace detail

template <class A>
constexpr std::string_view actor_name() {
  if constexpr (detail::NamesItself<A>) {
    return A::name;
  } else {
    return type_name<A>();
  }
}

template <class A>
constexpr ActorType make_actor_type() {
  static_assert(Movable<A>,
                "circo: an actor's state must be trivially copyable or have a cereal serialize(Archive&) and a default "
                "constructor, so that it can migrate");
  static_assert(alignof(A) <= 16, "circo: an actor's alignment may be 16 at most");
  ActorType type{};
  type.name = actor_name<A>();
  type.size = sizeof(A);
  type.align = alignof(A);
  type.destroy = [](void* state) { static_cast<A*>(state)->~A(); };
  type.save = [](const void* state, Bytes& out) {
    if constexpr (CopiedAsBytes<A>) {
      append(out, std::span{static_cast<const std::byte*>(state), sizeof(A)});
    } else {
      save_cereal(*static_cast<const A*>(state), out);
    }
  };
  type.load = [](void* state, std::span<const std::byte> in) {
    if constexpr (CopiedAsBytes<A>) {
      std::memcpy(state, in.data(), sizeof(A));
    } else {
      A& actor = *new (state) A;
      try {
        load_cereal(actor, in);
      } catch (...) {
        actor.~A();
        throw;
      }
    }
  };
  type.layout = &layout_of<A>;
  if constexpr (requires(A & a, Context & ctx) { a.on_spawn(ctx); }) {
    type.on_spawn = [](void* state, Context& ctx) { static_cast<A*>(state)->on_spawn(ctx); };
  } else {
    static_assert(!detail::has_function_on_spawn<A>,
                  "circo: an actor has a function on_spawn that cannot be called; expected a public `void "
                  "on_spawn(circo::Context&)`");
  }
  if constexpr (requires(A & a, Context & ctx) { a.on_death(ctx); }) {
    type.on_death = [](void* state, Context& ctx) { static_cast<A*>(state)->on_death(ctx); };
  } else {
    static_assert(!detail::has_function_on_death<A>,
                  "circo: an actor has a function on_death that cannot be called; expected a public `void "
                  "on_death(circo::Context&)`");
  }
  if constexpr (requires(A & a, Context & ctx) { a.on_migrate(ctx); }) {
    type.on_migrate = [](void* state, Context& ctx) { static_cast<A*>(state)->on_migrate(ctx); };
  } else {
    static_assert(!detail::has_function_on_migrate<A>,
                  "circo: an actor has a function on_migrate that cannot be called; expected a public `void "
                  "on_migrate(circo::Context&)`");
  }
  if constexpr (requires(const A& a) {
                  { a.load() } -> std::convertible_to<double>;
                }) {
    type.load_of = [](const void* state) { return static_cast<double>(static_cast<const A*>(state)->load()); };
  } else {
    static_assert(!detail::has_function_load<A> || detail::LoadedByCereal<A>,
                  "circo: an actor has a function load that cannot be called; expected a public `double load() const`, "
                  "its weight; call yours otherwise if it is something else");
  }
  if constexpr (requires(const A& a, Observer& observer) { a.observe(observer); }) {
    type.observe = [](const void* state, Observer& observer) { static_cast<const A*>(state)->observe(observer); };
  } else {
    static_assert(!detail::has_function_observe<A>,
                  "circo: an actor has a function observe that cannot be called; expected a public `void "
                  "observe(circo::Observer&) const`; call yours otherwise if it is something else");
  }
  return type;
}

}  // namespace circo
