#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/space/migration.hpp>
#include <circo/space/notes.hpp>

namespace circo {

namespace {

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
    } else {
      staying.append_copy(bytes, scheduler.pool());
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

/// Takes the next actor off `in`.
void take_in(Scheduler& scheduler, ByteReader& in, const MigrationHooks& hooks) {
  const auto head = ByteReader{in.rest()}.get<Luggage>();
  const auto bytes = in.take(head.bytes);
  try {
    arrived(scheduler, unpack_actor(scheduler, bytes, hooks));
  } catch (...) {
    fail_move(scheduler, head.addr, static_cast<ActorNumber>(head.type));
  }
}

/// Adds one section for each other keeper of actors that are told of.
void send_notes(Rank& rank, Scheduler& from, std::vector<Moved> notes) {
  const auto keeper = [&](const Moved& note) { return from.directory().keeper(note.addr); };
  std::erase_if(notes, [&](const Moved& note) { return keeper(note) == from.id(); });
  std::ranges::stable_sort(notes, {}, keeper);
  for (std::size_t i = 0, end; i < notes.size(); i = end) {
    for (end = i; end < notes.size() && keeper(notes[end]) == keeper(notes[i]);) ++end;
    const auto bytes = std::as_bytes(std::span{notes}.subspan(i, end - i));
    std::ranges::copy(
        bytes, rank.exchange().add({from.id(), keeper(notes[i]), bytes.size(), (end - i) << 1 | moved_note}).begin());
  }
}

/// *Collective.* Takes in all luggage and notes that are on their way.
void receive(Rank& rank, const MigrationHooks& hooks) {
  auto arrived = rank.exchange().deliver();
  std::ranges::stable_sort(arrived, {}, [](const Section& s) { return s.head.to; });
  for (const Section& section : arrived) {
    Scheduler& to = rank.scheduler(section.head.to);
    ByteReader in{section.data};
    for (std::uint64_t k = section.head.count >> 1; k > 0; --k) {
      if ((section.head.count & 1) == luggage) {
        take_in(to, in, hooks);
      } else {
        const auto note = in.get<Moved>();
        to.directory().set(note.addr, Place::at(static_cast<SchedulerId>(note.scheduler)));
      }
    }
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
      const std::size_t before = out.size();
      try {
        pack_actor(from, it->row, it->waiting, hooks, out);
        ++actors;
      } catch (...) {
        out.resize(before);
        fail_move(from, it->addr, from.arena().type_number(it->row));
      }
    }
    std::ranges::copy(out, rank.exchange().add({from.id(), to, out.size(), actors << 1 | luggage}).begin());
  }
  std::vector<Moved> notes;
  for (const Leaving& actor : leaving)
    if (from.directory().keeper(actor.addr) != actor.to) notes.push_back({actor.addr, actor.to});
  send_notes(rank, from, std::move(notes));
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
  receive(rank, hooks);
  return moved;
}

void tell_keepers(Rank& rank) {
  for (const auto& scheduler : rank.schedulers()) {
    std::vector<Moved> notes;
    notes.reserve(scheduler->arena().size());
    for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row)
      notes.push_back({scheduler->arena().addr(row), scheduler->id()});
    send_notes(rank, *scheduler, std::move(notes));
  }
  receive(rank, {});
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
