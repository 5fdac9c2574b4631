#include <circo/scheduler/context.hpp>
#include <circo/space/luggage.hpp>

namespace circo {

void pack_actor(Scheduler& scheduler, std::uint32_t row, std::span<const std::byte> waiting,
                const MigrationHooks& hooks, Bytes& out) {
  Arena& arena = scheduler.arena();
  const std::size_t begin = out.size();
  Luggage head{.bytes = 0,
               .addr = arena.addr(row),
               .draws = arena.draws()[row],
               .position = arena.positions()[row],
               .count = arena.head(row).count,
               .type = arena.type_number(row),
               .state_bytes = 0,
               .column_bytes = 0};
  append(out, head);
  const std::size_t state = out.size();
  arena.type(row).save(arena.head(row).state(), out);
  const std::size_t columns = out.size();
  arena.save_columns(row, out);
  if (hooks.out != nullptr) hooks.out(hooks.plugins, scheduler, row, out);
  head.state_bytes = columns - state;
  head.column_bytes = out.size() - columns;
  append(out, waiting);
  head.bytes = out.size() - begin;
  std::memcpy(out.data() + begin, &head, sizeof head);
}

ActorHead& unpack_actor(Scheduler& scheduler, std::span<const std::byte> luggage, const MigrationHooks& hooks,
                        bool keep_columns) {
  ByteReader in{luggage};
  const auto head = in.get<Luggage>();
  const auto state = in.take(head.state_bytes);
  ByteReader columns{in.take(head.column_bytes)};
  const auto type = static_cast<ActorNumber>(head.type);
  Arena& arena = scheduler.arena();
  const Place place = arena.create(type, head.addr, head.position, head.draws,
                                   [&](void* memory) { scheduler.dispatch().actors[type].load(memory, state); });
  ActorHead& actor = arena.head(place);
  actor.count = head.count;
  scheduler.directory().set(head.addr, place);
  scheduler.mailbox().append_copy(in.rest(), scheduler.pool());
  if (keep_columns) {
    arena.load_columns(actor.row, columns);
  } else {
    columns.take(arena.column_bytes());
  }
  if (hooks.in != nullptr) hooks.in(hooks.plugins, scheduler, actor.row, columns);
  return actor;
}

void arrived(Scheduler& scheduler, ActorHead& actor) {
  const auto on_migrate = scheduler.arena().type(actor.row).on_migrate;
  if (on_migrate == nullptr) return;
  Context context{scheduler};
  context.enter(actor, "in on_migrate");
  on_migrate(actor.state(), context);
}

}  // namespace circo
