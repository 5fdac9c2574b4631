#pragma once

#include <cstdint>

#include <circo/actor/member_function.hpp>
#include <circo/run/epoch.hpp>
#include <circo/space/migration.hpp>
#include <circo/transport/rank.hpp>

namespace circo::hooks {

namespace detail {

/// CIRCO_HOOK_SIGNATURE(name, arguments...) defines `name_is_right<Plugin>`: either the plugin has no function
/// of this name, or it can be called with values of these types.
#define CIRCO_HOOK_SIGNATURE(name, ...)                                                               \
  CIRCO_MEMBER_FUNCTION(name)                                                                         \
  template <class Plugin>                                                                             \
  inline constexpr bool name##_is_right = !has_function_##name<Plugin> || requires(Plugin & plugin) { \
    plugin.name(__VA_ARGS__);                                                                         \
  };

template <class T>
T& a();

CIRCO_HOOK_SIGNATURE(on_setup, a<Rank>())
CIRCO_HOOK_SIGNATURE(on_start, a<Rank>())
CIRCO_HOOK_SIGNATURE(spawn_position, a<Scheduler>(), Addr{}, a<Position>())
CIRCO_HOOK_SIGNATURE(on_spawn, a<Scheduler>(), a<ActorHead>())
CIRCO_HOOK_SIGNATURE(on_send, a<Scheduler>(), a<Envelope>())
CIRCO_HOOK_SIGNATURE(on_deliver, a<Scheduler>(), a<const Envelope>(), a<ActorHead>())
CIRCO_HOOK_SIGNATURE(on_dead_letter, a<Scheduler>(), a<const Envelope>())
CIRCO_HOOK_SIGNATURE(on_death, a<Scheduler>(), a<ActorHead>())
CIRCO_HOOK_SIGNATURE(on_superstep, a<Rank>())
CIRCO_HOOK_SIGNATURE(on_epoch, a<Rank>(), a<Epoch>())
CIRCO_HOOK_SIGNATURE(on_migrate_out, a<Scheduler>(), std::uint32_t{}, a<Bytes>())
CIRCO_HOOK_SIGNATURE(on_migrate_in, a<Scheduler>(), std::uint32_t{}, a<ByteReader>())
CIRCO_HOOK_SIGNATURE(on_idle, a<Rank>())
CIRCO_HOOK_SIGNATURE(on_stop, a<Rank>())
CIRCO_HOOK_SIGNATURE(on_checkpoint, a<Rank>(), a<Bytes>())
CIRCO_HOOK_SIGNATURE(on_resume, a<Rank>(), a<ByteReader>())
#undef CIRCO_HOOK_SIGNATURE

template <class Plugin>
concept SavesSchedulers = requires(Plugin& plugin, Scheduler& at, StateWriter& out) {
  plugin.on_checkpoint(at, out);
};
template <class Plugin>
concept LoadsSchedulers = requires(Plugin& plugin, Scheduler& at, StateReader& in) {
  plugin.on_resume(at, in);
};

}  // namespace detail

/// Does not compile when a plugin has a function with the name of a hook that is no hook: it would never be called.
template <class Plugin>
constexpr bool check_signatures() {
  using namespace detail;
#define CIRCO_EXPECT(name, parameters)                                           \
  static_assert(name##_is_right<Plugin>, "circo: a plugin has a function " #name \
                                         " that cannot be called; expected a public `void " #name parameters "`")
  CIRCO_EXPECT(on_setup, "(Rank&)");
  CIRCO_EXPECT(on_start, "(Rank&)");
  CIRCO_EXPECT(spawn_position, "(Scheduler&, Addr, Position&)");
  CIRCO_EXPECT(on_spawn, "(Scheduler&, ActorHead&)");
  CIRCO_EXPECT(on_send, "(Scheduler&, Envelope&)");
  CIRCO_EXPECT(on_deliver, "(Scheduler&, const Envelope&, ActorHead&)");
  CIRCO_EXPECT(on_dead_letter, "(Scheduler&, const Envelope&)");
  CIRCO_EXPECT(on_death, "(Scheduler&, ActorHead&)");
  CIRCO_EXPECT(on_superstep, "(Rank&)");
  CIRCO_EXPECT(on_epoch, "(Rank&, Epoch&)");
  CIRCO_EXPECT(on_migrate_out, "(Scheduler&, std::uint32_t row, Bytes&)");
  CIRCO_EXPECT(on_migrate_in, "(Scheduler&, std::uint32_t row, ByteReader&)");
  CIRCO_EXPECT(on_stop, "(Rank&)");
#undef CIRCO_EXPECT
  static_assert(
      !has_function_on_idle<Plugin> ||
          requires(Plugin & plugin) {
            { plugin.on_idle(a<Rank>()) } -> std::convertible_to<bool>;
          },
      "circo: a plugin has a function on_idle that cannot be called; expected a public `bool on_idle(Rank&)`");
  static_assert(on_checkpoint_is_right<Plugin> || SavesSchedulers<Plugin>,
                "circo: a plugin has a function on_checkpoint that cannot be called; expected a public `void "
                "on_checkpoint(Rank&, Bytes&)` or `void on_checkpoint(Scheduler&, StateWriter&)`");
  static_assert(on_resume_is_right<Plugin> || LoadsSchedulers<Plugin>,
                "circo: a plugin has a function on_resume that cannot be called; expected a public `void "
                "on_resume(Rank&, ByteReader&)` or `void on_resume(Scheduler&, StateReader&)`");
  return true;
}

}  // namespace circo::hooks
