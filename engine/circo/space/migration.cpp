#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/scheduler/context.hpp>
#include <circo/space/migration.hpp>
#include <circo/space/notes.hpp>

namespace circo {

namespace {

/// Head of a migrating actor; then the parts of the given lengths: state, plugins' columns, waiting records.
struct Luggage {
  Addr addr;
  std::uint64_t draws;
  Position position;
  std::uint32_t count;
  std::uint32_t type;
  std::uint32_t waiting_records;
  std::uint64_t state_bytes;
  std::uint64_t column_bytes;
  std::uint64_t waiting_bytes;
};

struct Moved {
  Addr addr;
  std::uint64_t scheduler;
};

enum Kind : std::uint64_t { luggage = 0, moved_note = 1 };

struct Leaving {
  Addr addr;
  std::uint32_t row;
  SchedulerId to;
  Bytes waiting;
  std::uint32_t waiting_records = 0;
};

/// Takes the records for leaving actors out of the mailbox.
void pack_mail(Scheduler& scheduler, std::vector<Leaving>& leaving) {
  if (scheduler.mailbox().empty()) return;
  FlatMap<std::uint32_t> index;
  for (std::uint32_t i = 0; i < leaving.size(); ++i) index.set(leaving[i].addr.bits(), i);
  RecordBuffer staying{ChunkPool::standard_bytes};
  scheduler.mailbox().for_each_record([&](const Envelope& record) {
    const std::span bytes{reinterpret_cast<const std::byte*>(&record), record.size};
    if (const auto* i = index.find(record.to.bits())) {
      append(leaving[*i].waiting, bytes);
      ++leaving[*i].waiting_records;
    } else {
      staying.append_copy(bytes, 1, scheduler.pool());
    }
  });
  scheduler.mailbox().clear(scheduler.pool());
  scheduler.mailbox().splice(staying);
}

/// What is being thrown becomes the failure of the run, as the other ranks are waiting in the migration.
void fail_move(Scheduler& at, Addr actor, ActorNumber type) {
  at.fail(fmt::format("actor {} (address {:#x}) could not move: {} (scheduler {}, superstep {})",
                      at.dispatch().actors[type].name, actor.bits(), what_of(std::current_exception()), at.id(),
                      at.superstep()));
}

void pack_actor(Scheduler& scheduler, const Leaving& leaving, const MigrationHooks& hooks, Bytes& out) {
  Arena& arena = scheduler.arena();
  const std::uint32_t row = leaving.row;
  Bytes state, columns;
  arena.type(row).save(arena.head(row).state(), state);
  arena.save_columns(row, columns);
  if (hooks.out != nullptr) hooks.out(hooks.plugins, scheduler, row, columns);
  append(out, Luggage{leaving.addr, arena.draws()[row], arena.positions()[row], arena.head(row).count,
                      arena.type_number(row), leaving.waiting_records, state.size(), columns.size(),
                      leaving.waiting.size()});
  append(out, state);
  append(out, columns);
  append(out, leaving.waiting);
}

void unpack_actor(Scheduler& scheduler, ByteReader& in, const MigrationHooks& hooks) {
  const auto head = in.get<Luggage>();
  const auto state = in.take(head.state_bytes);
  ByteReader columns{in.take(head.column_bytes)};
  const auto waiting = in.take(head.waiting_bytes);
  const auto type = static_cast<ActorNumber>(head.type);
  Arena& arena = scheduler.arena();
  try {
    const Place place = arena.create(type, head.addr, head.position, head.draws,
                                     [&](void* memory) { scheduler.dispatch().actors[type].load(memory, state); });
    ActorHead& actor = arena.head(place);
    actor.count = head.count;
    scheduler.directory().set(head.addr, place);
    scheduler.mailbox().append_copy(waiting, head.waiting_records, scheduler.pool());
    arena.load_columns(actor.row, columns);
    if (hooks.in != nullptr) hooks.in(hooks.plugins, scheduler, actor.row, columns);
    if (const auto on_migrate = scheduler.dispatch().actors[type].on_migrate) {
      Context context{scheduler};
      context.enter(actor, "in on_migrate");
      on_migrate(actor.state(), context);
    }
  } catch (...) {
    fail_move(scheduler, head.addr, type);
  }
}

/// Adds one section for each target of a scheduler: all luggage to it and all notes to it as a home.
void send_leaving(Rank& rank, Scheduler& from, std::vector<Leaving>& leaving, const MigrationHooks& hooks) {
  std::ranges::stable_sort(leaving, {}, &Leaving::to);
  for (auto it = leaving.begin(); it != leaving.end();) {
    const SchedulerId to = it->to;
    Bytes out;
    std::uint64_t actors = 0;
    for (; it != leaving.end() && it->to == to; ++it) {
      try {
        pack_actor(from, *it, hooks, out);
        ++actors;
      } catch (...) {
        fail_move(from, it->addr, from.arena().type_number(it->row));
      }
    }
    std::ranges::copy(out, rank.exchange().add({from.id(), to, out.size(), actors << 1 | luggage}).begin());
  }
  std::vector<std::pair<SchedulerId, Moved>> notes;
  for (const Leaving& actor : leaving) {
    const SchedulerId home = actor.addr.home();
    if (home != from.id() && home != actor.to) notes.emplace_back(home, Moved{actor.addr, actor.to});
  }
  std::ranges::stable_sort(notes, {}, [](const auto& note) { return note.first; });
  for (auto it = notes.begin(); it != notes.end();) {
    const SchedulerId home = it->first;
    Bytes out;
    std::uint64_t count = 0;
    for (; it != notes.end() && it->first == home; ++it, ++count) append(out, it->second);
    std::ranges::copy(out, rank.exchange().add({from.id(), home, out.size(), count << 1 | moved_note}).begin());
  }
}

void remove_leaving(Scheduler& from, std::vector<Leaving>& leaving) {
  // Rows above a destroyed one change, so from the last to the first.
  std::ranges::sort(leaving, std::ranges::greater{}, &Leaving::row);
  for (const Leaving& actor : leaving) {
    from.arena().destroy(actor.row);
    from.directory().set(actor.addr, Place::at(actor.to));
  }
}

struct PlaceNote {
  Addr to;
  Addr about;
  std::uint64_t scheduler;
};

}  // namespace

std::uint64_t migrate(Rank& rank, const std::vector<std::vector<SchedulerId>>& targets, const MigrationHooks& hooks) {
  std::uint64_t moved = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    Scheduler& from = *rank.schedulers()[i];
    std::vector<Leaving> leaving;
    for (std::uint32_t row = 0; row < targets[i].size(); ++row)
      if (targets[i][row] != from.id()) leaving.push_back({from.arena().addr(row), row, targets[i][row], {}});
    if (leaving.empty()) continue;
    moved += leaving.size();
    pack_mail(from, leaving);
    send_leaving(rank, from, leaving, hooks);
    remove_leaving(from, leaving);
  }
  if (rank.world().sum(static_cast<std::int64_t>(moved)) == 0) return 0;
  rank.set_moved();
  auto arrived = rank.exchange().deliver();
  std::ranges::stable_sort(arrived, {}, [](const Section& s) { return s.head.to; });
  for (const Section& section : arrived) {
    Scheduler& to = rank.scheduler(section.head.to);
    ByteReader in{section.data};
    for (std::uint64_t k = section.head.count >> 1; k > 0; --k) {
      if ((section.head.count & 1) == luggage) {
        unpack_actor(to, in, hooks);
      } else {
        const auto note = in.get<Moved>();
        to.directory().set(note.addr, Place::at(static_cast<SchedulerId>(note.scheduler)));
      }
    }
  }
  return moved;
}

void announce_places(Rank& rank) {
  if (!rank.moved()) return;
  std::vector<std::vector<PlaceNote>> notes;
  for (const auto& scheduler : rank.schedulers()) {
    auto& mine = notes.emplace_back();
    scheduler->directory().trim_cache(defaults::known_places);
    for (const auto& [from, to] : scheduler->take_detours()) {
      const Place place = scheduler->directory().find(to);
      if (place.is_elsewhere()) mine.push_back({from, to, place.scheduler()});
      if (place.is_here()) mine.push_back({from, to, scheduler->id()});
    }
  }
  route_notes(rank, std::move(notes), [](Scheduler& at, const PlaceNote& note) {
    if (!at.directory().is_home(note.about) && !at.directory().find(note.about).is_here() && note.scheduler != at.id())
      at.directory().set(note.about, Place::at(static_cast<SchedulerId>(note.scheduler)));
  });
}

}  // namespace circo
