#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string>

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

/// What a section holds: the lowest bits of its count.
enum Kind : std::uint64_t { luggage, mail, moved_notes };
constexpr int kind_bits = 2;

/// Bytes from which on luggage is handed to the exchange: packed within a second-level cache.
constexpr std::size_t packed_bytes = 256 << 10;

/// All that goes from one scheduler to another.
struct Departure {
  SchedulerId to;
  std::vector<std::uint32_t> rows;
  RecordBuffer waiting{};
};

/// Those who leave, and the records that wait for them, by target in ascending order; the records are taken out of the
/// mailbox.
std::vector<Departure> departures(Scheduler& from, std::span<const SchedulerId> targets) {
  std::vector<Departure> all;
  FlatMap<std::uint32_t> index;  // key: target + 1
  for (const SchedulerId to : targets)
    if (to != from.id() && index.insert(std::uint64_t{to} + 1).second) all.push_back({to, {}});
  std::ranges::sort(all, {}, &Departure::to);
  for (std::uint32_t i = 0; i < all.size(); ++i) index.set(std::uint64_t{all[i].to} + 1, i);
  const auto departure = [&](SchedulerId to) -> Departure& { return all[*index.find(std::uint64_t{to} + 1)]; };

  for (std::uint32_t row = 0; row < targets.size(); ++row)
    if (targets[row] != from.id()) departure(targets[row]).rows.push_back(row);
  if (all.empty() || from.mailbox().empty()) return all;
  RecordBuffer staying{ChunkPool::standard_bytes};
  from.mailbox().for_each_record([&](const Envelope& record) {
    const Place place = from.directory().find_here(record.to);
    const SchedulerId to = place.is_here() ? targets[place.head().row] : from.id();
    RecordBuffer& records = to != from.id() ? departure(to).waiting : staying;
    records.append_copy(record, from.pool());
  });
  from.mailbox().clear(from.pool());
  from.mailbox().splice(staying);
  return all;
}

/// What is being thrown becomes the failure of the run, as the other ranks are waiting in the migration.
void fail_move(Scheduler& at, Addr actor, ActorNumber type) {
  at.fail(fmt::format("actor {} (address {:#x}) could not move: {} (scheduler {}, superstep {})",
                      at.dispatch().actors[type].name, actor.bits(), what_of(std::current_exception()), at.id(),
                      at.superstep()));
}

/// Takes the next actor off `in`; those with an on_migrate are added to `welcome`.
void take_in(Scheduler& scheduler, ByteReader& in, const MigrationHooks& hooks, std::vector<ActorHead*>& welcome) {
  const auto head = ByteReader{in.rest()}.get<Luggage>();
  const auto bytes = in.take(head.bytes);
  try {
    ActorHead& actor = unpack_actor(scheduler, bytes, hooks);
    if (scheduler.arena().type(actor.row).on_migrate != nullptr) welcome.push_back(&actor);
  } catch (...) {
    fail_move(scheduler, head.addr, static_cast<ActorNumber>(head.type));
  }
}

/// Takes in all of a section. Entries of the directory, which lie anywhere, are asked for some actors ahead.
void take_in_all(Scheduler& scheduler, std::span<const std::byte> section, const MigrationHooks& hooks,
                 std::vector<ActorHead*>& welcome) {
  ByteReader in{section}, ahead{section};
  const auto fetch = [&] {
    if (ahead.empty()) return;
    const auto head = ByteReader{ahead.rest()}.get<Luggage>();
    ahead.take(head.bytes);
    scheduler.directory().prefetch(head.addr);
  };
  for (std::size_t i = 0; i < defaults::entry_ahead; ++i) fetch();
  while (!in.empty()) {
    fetch();
    take_in(scheduler, in, hooks, welcome);
  }
}

/// Calls on_migrate, when the mail that has come along is in the mailbox: what is sent there goes behind it.
void welcome_in(Scheduler& scheduler, ActorHead& actor) {
  try {
    arrived(scheduler, actor);
  } catch (...) {
    fail_move(scheduler, actor.addr, scheduler.arena().type_number(actor.row));
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
        bytes,
        rank.exchange().add({from.id(), keeper(notes[i]), bytes.size(), (end - i) << kind_bits | moved_notes}).begin());
  }
}

/// *Collective.* Takes in all luggage, mail and notes that are on their way.
void receive(Rank& rank, const MigrationHooks& hooks) {
  auto arrived = rank.exchange().deliver();
  std::ranges::stable_sort(arrived, {}, [](const Section& s) { return s.head.to; });
  std::vector<std::vector<ActorHead*>> welcome(rank.schedulers().size());
  const auto kind = [](const Section& s) { return s.head.count & ((1 << kind_bits) - 1); };
  std::vector<std::uint64_t> coming(rank.schedulers().size());
  for (const Section& section : arrived)
    if (kind(section) == luggage) coming[rank.layout().local(section.head.to)] += section.head.count >> kind_bits;
  for (std::size_t i = 0; i < coming.size(); ++i) rank.schedulers()[i]->directory().expect(coming[i]);
  for (const Section& section : arrived) {
    Scheduler& to = rank.scheduler(section.head.to);
    if (kind(section) == luggage) take_in_all(to, section.data, hooks, welcome[rank.layout().local(to.id())]);
    if (kind(section) == mail) to.mailbox().append_view(section.data, section.owner);
    if (kind(section) != moved_notes) continue;
    for (ByteReader in{section.data}; !in.empty();) {
      const auto note = in.get<Moved>();
      to.directory().set(note.addr, Place::at(static_cast<SchedulerId>(note.scheduler)));
    }
  }
  for (const auto& scheduler : rank.schedulers())
    for (ActorHead* actor : welcome[rank.layout().local(scheduler->id())]) welcome_in(*scheduler, *actor);
}

/// Adds sections: all luggage, then the mail for it.
void send_departure(Rank& rank, Scheduler& from, const Departure& departure, const MigrationHooks& hooks) {
  Bytes out;
  std::uint64_t actors = 0;
  const auto hand_over = [&] {
    const auto room = rank.exchange().add({from.id(), departure.to, out.size(), actors << kind_bits | luggage});
    std::ranges::copy(out, room.begin());
    out.clear();
    actors = 0;
  };
  for (const std::uint32_t row : departure.rows) {
    const std::size_t before = out.size();
    try {
      pack_actor(from, row, hooks, out);
      ++actors;
    } catch (...) {
      out.resize(before);
      fail_move(from, from.arena().addr(row), from.arena().type_number(row));
    }
    if (out.size() >= packed_bytes) hand_over();
  }
  if (actors != 0) hand_over();
  if (departure.waiting.empty()) return;
  departure.waiting.copy_to(rank.exchange().add({from.id(), departure.to, departure.waiting.bytes(), mail}));
}

/// Tells the homes of those who leave.
void send_moved(Rank& rank, Scheduler& from, const std::vector<Departure>& leaving) {
  std::vector<Moved> notes;
  for (const Departure& departure : leaving)
    for (const std::uint32_t row : departure.rows) {
      const Addr addr = from.arena().addr(row);
      const SchedulerId keeper = from.directory().keeper(addr);
      if (keeper != departure.to && keeper != from.id()) notes.push_back({addr, departure.to});
    }
  send_notes(rank, from, std::move(notes));
}

void remove_leaving(Scheduler& from, std::span<const SchedulerId> targets) {
  // Rows above a destroyed one change, so from the last to the first.
  for (std::size_t row = targets.size(); row-- > 0;) {
    if (row >= defaults::entry_ahead) from.directory().prefetch(from.arena().addr(row - defaults::entry_ahead));
    if (targets[row] == from.id()) continue;
    from.directory().set(from.arena().addr(row), Place::at(targets[row]));
    from.arena().destroy(row);
  }
}

/// What is wrong with the targets of this rank's actors, which a plugin may have made up.
std::optional<std::string> complaint_about(const std::vector<std::vector<SchedulerId>>& targets, const Rank& rank) {
  const SchedulerId schedulers = rank.layout().schedulers();
  if (targets.size() != rank.schedulers().size())
    return fmt::format("migrate(): got targets for {} schedulers; expected them for the {} of this rank",
                       targets.size(), rank.schedulers().size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Scheduler& from = *rank.schedulers()[i];
    if (targets[i].size() != from.arena().size())
      return fmt::format("migrate(): got {} targets at scheduler {}; expected one for each of its {} actors",
                         targets[i].size(), from.id(), from.arena().size());
    const auto wrong = std::ranges::find_if(targets[i], [&](SchedulerId to) { return to >= schedulers; });
    if (wrong != targets[i].end())
      return fmt::format("migrate(): row {} of scheduler {} is to go to scheduler {}; expected one from 0 to {}",
                         wrong - targets[i].begin(), from.id(), *wrong, schedulers - 1);
  }
  return {};
}

struct PlaceNote {
  Addr to;
  Addr about;
  std::uint64_t scheduler;
};

}  // namespace

std::uint64_t migrate(Rank& rank, const std::vector<std::vector<SchedulerId>>& targets, const MigrationHooks& hooks) {
  const auto complaint = complaint_about(targets, rank);
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < targets.size() && !complaint; ++i)
    moved += std::ranges::count_if(targets[i], [&](SchedulerId to) { return to != rank.schedulers()[i]->id(); });
  std::array<std::int64_t, 2> sums{moved, complaint.has_value()};
  rank.world().sum(sums);
  if (sums[1] != 0) rank.world().agree(complaint);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    Scheduler& from = *rank.schedulers()[i];
    const std::vector<Departure> leaving = departures(from, targets[i]);
    for (const Departure& departure : leaving) send_departure(rank, from, departure, hooks);
    send_moved(rank, from, leaving);
    from.directory().forget_unused();
    remove_leaving(from, targets[i]);
  }
  if (sums[0] == 0) return 0;
  rank.set_moved();
  receive(rank, hooks);
  for (const auto& scheduler : rank.schedulers()) scheduler->directory().arrange();
  return static_cast<std::uint64_t>(moved);
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
    if (scheduler->directory().known_foreign() > defaults::known_places) scheduler->directory().forget_unused();
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
