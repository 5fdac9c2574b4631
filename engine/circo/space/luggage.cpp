#include <circo/scheduler/context.hpp>
#include <circo/space/luggage.hpp>

namespace circo {

void pack_actor(Scheduler& scheduler, std::uint32_t row, const MigrationHooks& hooks, Bytes& out) {
  Arena& arena = scheduler.arena();
  const ActorHead& actor = arena.head(row);
  const std::size_t begin = out.size(), state = begin + sizeof(Luggage);
  out.resize(state);
  arena.type(row).save(actor.state(), out);
  const std::size_t columns = out.size();
  arena.save_columns(row, out);
  if (hooks.out != nullptr) hooks.out(hooks.plugins, scheduler, row, out);
  const Luggage head{.bytes = out.size() - begin,
                     .state_bytes = columns - state,
                     .addr = actor.addr,
                     .draws = arena.draws()[row],
                     .position = arena.positions()[row],
                     .count = actor.count,
                     .type = arena.type_number(row)};
  std::memcpy(out.data() + begin, &head, sizeof head);
}

ActorHead& unpack_actor(Scheduler& scheduler, std::span<const std::byte> luggage, const MigrationHooks& hooks,
                        bool keep_columns) {
  ByteReader in{luggage};
  const auto head = in.get<Luggage>();
  const auto state = in.take(head.state_bytes);
  const auto type = static_cast<ActorNumber>(head.type);
  Arena& arena = scheduler.arena();
  const Place place = arena.create(type, head.addr, head.position, head.draws,
                                   [&](void* memory) { scheduler.dispatch().actors[type].load(memory, state); });
  ActorHead& actor = place.head();
  actor.count = head.count;
  scheduler.directory().set(head.addr, place);
  if (keep_columns) {
    arena.load_columns(actor.row, in);
  } else {
    in.take(arena.column_bytes());
  }
  if (hooks.in != nullptr) hooks.in(hooks.plugins, scheduler, actor.row, in);
  return actor;
}

void arrived(Scheduler& scheduler, ActorHead& actor) {
  const auto on_migrate = scheduler.arena().type(actor.row).on_migrate;
  if (on_migrate == nullptr) return;
  Context context{scheduler};
  context.enter(actor, "in on_migrate");
  on_migrate(actor.state(), context);
  if (context.dying()) context.end_actor();
}

void all_arrived(Scheduler& scheduler) {
  // Rows change when actors die, heads do not.
  std::vector<ActorHead*> actors;
  for (std::uint32_t row = 0; row < scheduler.arena().size(); ++row)
    if (scheduler.arena().type(row).on_migrate != nullptr) actors.push_back(&scheduler.arena().head(row));
  for (ActorHead* actor : actors) arrived(scheduler, *actor);
}

}  // namespace circo
