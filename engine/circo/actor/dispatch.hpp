#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <circo/actor/actor.hpp>
#include <circo/actor/binding.hpp>
#include <circo/actor/message.hpp>

namespace circo {

/// Calls `actor.on(message, ctx)` on a state and a body.
using Handler = void (*)(void* state, const std::byte* body, Context&);

/// The types of the running model, as the engine sees them: handler of (actor a, message m) at `handlers[a *
/// messages.size()
/// + m]`, null when a does not receive m.
struct Dispatch {
  std::span<const ActorType> actors;
  std::span<const std::string_view> messages;
  std::span<const Handler> handlers;
  std::span<const std::uint32_t> message_sizes = {};
  std::span<std::string (*const)()> message_layouts = {};  ///< see layout_of
  const void* list = nullptr;  ///< identifies the list of types, see binding.hpp; null: none

  Handler handler(ActorNumber actor, MessageNumber message) const {
    return handlers[actor * messages.size() + message];
  }
};

namespace detail {

template <class... Lists>
struct Union;
template <class... As>
struct Union<Messages<As...>> {
  using type = Messages<As...>;
};
template <class... As, class B, class... Bs, class... Rest>
struct Union<Messages<As...>, Messages<B, Bs...>, Rest...> {
  using WithB = std::conditional_t<(std::is_same_v<As, B> || ...), Messages<As...>, Messages<As..., B>>;
  using type = typename Union<WithB, Messages<Bs...>, Rest...>::type;
};
template <class... As, class... Rest>
struct Union<Messages<As...>, Messages<>, Rest...> {
  using type = typename Union<Messages<As...>, Rest...>::type;
};

template <class A, class M>
inline constexpr bool receives =
    []<class... Ms>(Messages<Ms...>) { return (std::is_same_v<M, Ms> || ...); }(typename A::Receives{});

template <class A, class M>
constexpr Handler make_handler() {
  if constexpr (!receives<A, M>) {
    return nullptr;
  } else {
    static_assert(Handles<A, M>,
                  "circo: an actor lists a message in Receives but has no handler `void on(const Message&, "
                  "circo::Context&)` for it");
    if constexpr (Handles<A, M>) {
      return [](void* state, const std::byte* body, Context& ctx) {
        Body<M>::read(body, [&](const auto&... parts) { static_cast<A*>(state)->on(parts..., ctx); });
      };
    } else {
      return nullptr;
    }
  }
}

/// Of the message, and of the values that it carries.
template <class M>
std::string message_layout() {
  if constexpr (ArrayMessage<M>) {
    const std::string text = layout_of<M>(), values = std::string{type_name<typename M::Values>()};
    const std::string parts = layout_of<typename M::Values>();
    return text + (text.empty() ? "" : ", ") + "values " + values + (parts.empty() ? "" : " (" + parts + ")");
  } else {
    return layout_of<M>();
  }
}

}  // namespace detail

/// The list of a model's actor types; makes the dispatch table at compile time.
template <Actor... As>
class ActorTypes {
 public:
  static_assert(sizeof...(As) > 0 && sizeof...(As) <= max_actor_types, "circo: a model has 1 to 127 actor types");
  using AllMessages = typename detail::Union<Messages<>, typename As::Receives...>::type;

  /// Numbers the types of this model for `send` and `spawn`. One model at a time runs in a process: throws Error while
  /// an engine with other types lives.
  static Dispatch bind() {
    Binding::bind(&list);
    ActorNumber actor = 0;
    ((actor_number<As> = actor++), ...);
    return bind_messages(AllMessages{});
  }

 private:
  template <class... Ms>
  static Dispatch bind_messages(Messages<Ms...>) {
    static constexpr auto actors = actor_types();
    static constexpr std::array<std::string_view, sizeof...(Ms)> messages =
        told_apart<sizeof...(Ms)>({type_name<Ms>()...}, {full_type_name<Ms>()...});
    static constexpr std::array<std::uint32_t, sizeof...(Ms)> message_sizes{sizeof(Ms)...};
    static constexpr std::array<std::string (*)(), sizeof...(Ms)> message_layouts{&detail::message_layout<Ms>...};
    static constexpr auto handlers = table<Ms...>();
    MessageNumber message = 0;
    ((message_number<Ms> = message++), ...);
    return {actors, messages, handlers, message_sizes, message_layouts, &list};
  }

  static constexpr auto actor_types() {
    std::array<ActorType, sizeof...(As)> types{make_actor_type<As>()...};
    const auto names = told_apart<sizeof...(As)>({actor_name<As>()...}, {full_type_name<As>()...});
    for (std::size_t i = 0; i < types.size(); ++i) types[i].name = names[i];
    return types;
  }

  template <class... Ms>
  static constexpr auto table() {
    std::array<Handler, sizeof...(As) * sizeof...(Ms)> handlers{};
    std::size_t next = 0;
    auto row = [&]<class A>() { ((handlers[next++] = detail::make_handler<A, Ms>()), ...); };
    (row.template operator()<As>(), ...);
    return handlers;
  }

  static constexpr char list = 0;  // its address identifies this list
};

}  // namespace circo
