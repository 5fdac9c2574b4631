#pragma once

#include <cstdint>
#include <tuple>

#include <circo/scheduler/scheduler.hpp>
#include <circo/space/migration.hpp>
#include <circo/transport/rank.hpp>
#include <circo/transport/together.hpp>

namespace circo {

struct Epoch;

/// A plugin is a class with any of these members. The loop calls those that it has, plugin after plugin in the order of
/// `Engine<Plugins...>`, and pays nothing for the others.
///
///   void on_setup(Rank&)                                before the first actor is made; *collective*
///   void on_start(Rank&)                                all first actors are there, or those of a checkpoint,
///                                                       and nothing has run since; *collective*
///   void spawn_position(Scheduler&, Addr, Position&)    may change where a new actor appears
///   void on_spawn(Scheduler&, ActorHead&)               an actor has been made
///   void on_send(Scheduler&, Envelope&)                 a record has been begun; its body is not written yet
///   void on_deliver(Scheduler&, const Envelope&, ActorHead&)     before the handler is called
///   void on_dead_letter(Scheduler&, const Envelope&)    the receiver is dead
///   void on_death(Scheduler&, ActorHead&)               the actor is about to be destroyed
///   void on_superstep(Rank&)                            after each drain
///   void on_epoch(Rank&, Epoch&)                        nothing is in flight, mail is where its receiver is;
///                                                       *collective*
///   void on_migrate_out(Scheduler&, std::uint32_t row, Bytes&)      append what goes along with the actor
///   void on_migrate_in(Scheduler&, std::uint32_t row, ByteReader&)  read it back, in the same order
///   bool on_idle(Rank&)                                 no mail anywhere; true on any rank: there is new work, all go
///                                                       on; *collective*
///   void on_stop(Rank&)                                 the run is over; *collective*
///   void on_checkpoint(Rank&, Bytes&)                   append what to go on with; of all ranks' rank 0's is kept;
///                                                       *collective*
///   void on_checkpoint(Scheduler&, StateWriter&)        the same, of a scheduler; columns and what on_migrate_out
///                                                       appends are kept without it
///   void on_resume(Scheduler&, StateReader&)            read it back, after the actors; only when the run goes on with
///                                                       as many schedulers as it had
///   void on_resume(Rank&, ByteReader&)                  then this, in place of the first actors; *collective*
///
/// on_spawn, on_send, on_deliver, on_dead_letter and on_death are called on the scheduler's thread: keep what they
/// change per scheduler (Layout::local). Rows of an arena are dense and change: when row r dies, the last row becomes r
/// (on_death).
///
/// Any of them may throw. What a collective one throws on a rank, all ranks throw as one Error when they have come out
/// of it; what a local one throws becomes the failure of the scheduler or rank, and ends the run after the superstep. A
/// collective one that throws while other ranks wait for this one in the middle of it ends them by MPI_Abort.
namespace hooks {

#define CIRCO_HAS_HOOK(name)                                         \
  template <class Plugin, class... Args>                             \
  concept has_##name = requires(Plugin & plugin, Args && ... args) { \
    plugin.name(std::forward<Args>(args)...);                        \
  };
#define CIRCO_HOOK(name)                                                         \
  CIRCO_HAS_HOOK(name)                                                           \
  template <class... Plugins, class... Args>                                     \
  void name(std::tuple<Plugins...>& plugins, Args&&... args) {                   \
    auto call = [&](auto& plugin) {                                              \
      if constexpr (has_##name<decltype(plugin), Args...>) plugin.name(args...); \
    };                                                                           \
    std::apply([&](auto&... each) { (call(each), ...); }, plugins);              \
  }
/// What a collective hook throws on one rank, all ranks throw before the next plugin is called.
#define CIRCO_COLLECTIVE_HOOK(name)                                       \
  template <class... Plugins, class... Args>                              \
  void name(std::tuple<Plugins...>& plugins, Rank& rank, Args&... args) { \
    auto call = [&](auto& plugin) {                                       \
      if constexpr (has_##name<decltype(plugin), Rank&, Args&...>)        \
        together(rank.world(), [&] { plugin.name(rank, args...); });      \
    };                                                                    \
    std::apply([&](auto&... each) { (call(each), ...); }, plugins);       \
  }
CIRCO_HAS_HOOK(on_setup)
CIRCO_HAS_HOOK(on_start)
CIRCO_HAS_HOOK(on_epoch)
CIRCO_HAS_HOOK(on_stop)
CIRCO_COLLECTIVE_HOOK(on_setup)
CIRCO_COLLECTIVE_HOOK(on_start)
CIRCO_COLLECTIVE_HOOK(on_epoch)
CIRCO_COLLECTIVE_HOOK(on_stop)
CIRCO_HOOK(spawn_position)
CIRCO_HOOK(on_spawn)
CIRCO_HOOK(on_send)
CIRCO_HOOK(on_deliver)
CIRCO_HOOK(on_dead_letter)
CIRCO_HOOK(on_death)
CIRCO_HOOK(on_superstep)
CIRCO_HOOK(on_migrate_out)
CIRCO_HOOK(on_migrate_in)
CIRCO_HOOK(on_checkpoint)
CIRCO_COLLECTIVE_HOOK(on_checkpoint)
CIRCO_HOOK(on_resume)
CIRCO_COLLECTIVE_HOOK(on_resume)
#undef CIRCO_COLLECTIVE_HOOK
#undef CIRCO_HAS_HOOK
#undef CIRCO_HOOK

/// Whether there is new work on any rank.
template <class... Plugins>
bool on_idle(std::tuple<Plugins...>& plugins, Rank& rank) {
  bool again = false;
  auto call = [&](auto& plugin) {
    if constexpr (requires { plugin.on_idle(rank); }) {
      bool more = false;
      together(rank.world(), [&] { more = plugin.on_idle(rank); });
      again = rank.world().max(more) != 0 || again;
    }
  };
  std::apply([&](auto&... each) { (call(each), ...); }, plugins);
  return again;
}

/// The hooks that `drain` calls.
template <class... Plugins>
class Delivery {
 public:
  explicit Delivery(std::tuple<Plugins...>& plugins) : plugins_{plugins} {}
  void on_deliver(Scheduler& at, const Envelope& record, ActorHead& actor) {
    hooks::on_deliver(plugins_, at, record, actor);
  }
  void on_dead_letter(Scheduler& at, const Envelope& record) { hooks::on_dead_letter(plugins_, at, record); }

 private:
  std::tuple<Plugins...>& plugins_;
};

template <class... Plugins>
SendHooks send_hooks(std::tuple<Plugins...>& plugins) {
  using All = std::tuple<Plugins...>;
  SendHooks table{.plugins = &plugins};
  if constexpr ((has_on_send<Plugins, Scheduler&, Envelope&> || ...))
    table.on_send = [](void* all, Scheduler& s, Envelope& record) { on_send(*static_cast<All*>(all), s, record); };
  if constexpr ((has_on_spawn<Plugins, Scheduler&, ActorHead&> || ...))
    table.on_spawn = [](void* all, Scheduler& s, ActorHead& actor) { on_spawn(*static_cast<All*>(all), s, actor); };
  if constexpr ((has_spawn_position<Plugins, Scheduler&, Addr, Position&> || ...))
    table.spawn_position = [](void* all, Scheduler& s, Addr actor, Position& position) {
      spawn_position(*static_cast<All*>(all), s, actor, position);
    };
  if constexpr ((has_on_death<Plugins, Scheduler&, ActorHead&> || ...))
    table.on_death = [](void* all, Scheduler& s, ActorHead& actor) { on_death(*static_cast<All*>(all), s, actor); };
  return table;
}

template <class... Plugins>
MigrationHooks migration_hooks(std::tuple<Plugins...>& plugins) {
  using All = std::tuple<Plugins...>;
  MigrationHooks table{&plugins, nullptr, nullptr};
  if constexpr ((has_on_migrate_out<Plugins, Scheduler&, std::uint32_t, Bytes&> || ...))
    table.out = [](void* all, Scheduler& s, std::uint32_t row, Bytes& data) {
      on_migrate_out(*static_cast<All*>(all), s, row, data);
    };
  if constexpr ((has_on_migrate_in<Plugins, Scheduler&, std::uint32_t, ByteReader&> || ...))
    table.in = [](void* all, Scheduler& s, std::uint32_t row, ByteReader& data) {
      on_migrate_in(*static_cast<All*>(all), s, row, data);
    };
  return table;
}

}  // namespace hooks
}  // namespace circo
