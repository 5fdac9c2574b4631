#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/memory.hpp>
#include <circo/scheduler/scheduler.hpp>

namespace circo {

namespace {
constexpr std::uint64_t scheduler_streams = 0x5C4ED01E;  // sets schedulers' streams apart from actors'

/// Sums of energies and squares of distances stay finite in single precision.
constexpr float most_energy = 1e20F, most_coordinate = 1e12F;
}  // namespace

Scheduler::Scheduler(SchedulerId id, const Dispatch& dispatch, const SchedulerSettings& settings)
    : id_{id},
      dispatch_{dispatch},
      settings_{settings},
      here_{id, RecordBuffer{ChunkPool::standard_bytes}},
      local_{&here_},
      directory_{id, settings.schedulers},
      arena_{dispatch.actors},
      random_{mix(mix(settings.seed, scheduler_streams), id), 0} {
  to_self_ = &outboxes_.emplace_back(Outbox{.to = id});
  if (settings.strict) local_ = to_self_;
  recent_boxes_.fill(&no_room_);
  recent_boxes_[id % recent_boxes_.size()] = local_;
  home_boxes_.fill(&no_room_);
  choose_ways();
  set_infoton_every(settings.infoton_every);
}

void Scheduler::set_superstep(std::uint64_t superstep) {
  superstep_ = superstep;
  // Supersteps with a few messages only say little of those to come.
  recent_sent_ += counts_.sent - std::exchange(sent_before_, counts_.sent) - recent_sent_ / 4;
  recent_sent_away_ += counts_.sent_away - std::exchange(sent_away_before_, counts_.sent_away) - recent_sent_away_ / 4;
  nearly_all_here_ = defaults::wrong_guess * recent_sent_away_ <= recent_sent_;
  if (nearly_all_here_ && recent_sent_ != 0 && !settings_.strict && !directory_.all_at_home()) presuming_ = true;
  choose_ways();
}

void Scheduler::mailbox_sorted() {
  if (!presuming_ || nearly_all_here_) return;
  presuming_ = false;
  choose_ways();
}

void Scheduler::set_send_hooks(const SendHooks& hooks) {
  send_hooks_ = hooks;
  choose_ways();
}

void Scheduler::choose_ways() {
  const bool seen = send_hooks_.on_send != nullptr;
  straight_flags_ = in_last_field(own_flags());
  straight_ = !seen && (presuming_ || nearly_all_here_) ? &local_->records : &no_room_.records;
  if (seen || presuming_) home_boxes_.fill(&no_room_);
  home_boxes_[id_ % Directory::home_slots] = seen || presuming_ ? &no_room_ : local_;
}

void Scheduler::set_infoton_every(std::uint32_t every) {
  settings_.infoton_every = every;
  until_infoton_ = every == 0 ? 0 : 1 + static_cast<std::uint32_t>(random_.below(2 * every - 1));
}

[[gnu::always_inline]] inline float Scheduler::sample_infoton(float energy) {
  const std::uint32_t every = settings_.infoton_every;
  if (every == 0) return 0;  // the counter wrapped around: sampling is off
  // The stride is random, or a program whose pattern repeats would always have the same messages sampled.
  until_infoton_ = 1 + static_cast<std::uint32_t>(random_.below(2 * every - 1));
  return energy * static_cast<float>(every);
}

inline void Scheduler::put_infoton(Envelope& record, const ActorHead& from, float energy) {
  // Far away in memory from what a handler touches: a cache miss that only some laws have a use for.
  const Position source = from.addr && infoton_sources_ ? arena_.positions()[from.row] : position_;
  *reinterpret_cast<Infoton*>(reinterpret_cast<std::byte*>(&record) + record.size - sizeof(Infoton)) = {source, energy};
}

Envelope& Scheduler::begin_record_slowly(const ActorHead& from, Addr to, MessageNumber message, std::size_t size,
                                         float energy) {
  // Without a call, so that there are no registers to save.
  if (until_infoton_ == 0) {
    if (!(std::abs(energy) <= most_energy)) [[unlikely]]
      refuse_energy(energy);
    const std::size_t whole = size + sizeof(Infoton);
    if (settings_.infoton_every != 0 && energy != 0 && goes_straight(to, whole)) [[likely]] {
      ++counts_.sent;
      Envelope& record = fill(straight_->append_in_chunk(whole), from, to, message, whole,
                              straight_flags_ | in_last_field(Envelope::has_infoton));
      put_infoton(record, from, sample_infoton(energy));
      return record;
    }
  } else if (send_hooks_.on_send == nullptr && !presuming_) [[likely]] {
    const SchedulerId next = directory_.next_hop(to);
    Outbox& box = *recent_boxes_[next % recent_boxes_.size()];
    if (box.to == next && box.records.has_room(size)) [[likely]]
      return fill(box, from, to, message, size);
  }
  return begin_any_record(from, to, message, size, energy);
}

Envelope& Scheduler::begin_any_record(const ActorHead& from, Addr to, MessageNumber message, std::size_t size,
                                      float energy) {
  return start_record(towards(to).records, from, to, message, size, until_infoton_ == 0 ? sample_infoton(energy) : 0,
                      straight_flags_);
}

Envelope& Scheduler::start_record(RecordBuffer& buffer, const ActorHead& from, Addr to, MessageNumber message,
                                  std::size_t size, float infoton, std::uint64_t flags) {
  if (infoton != 0) size += sizeof(Infoton);
  ++counts_.sent;
  Envelope& record = fill(buffer.append(size, pool_), from, to, message, size, flags);
  if (infoton != 0) {
    record.flags |= Envelope::has_infoton;
    put_infoton(record, from, infoton);
  }
  if (send_hooks_.on_send != nullptr) send_hooks_.on_send(send_hooks_.plugins, *this, record);
  return record;
}

Outbox& Scheduler::outbox(SchedulerId to) {
  if (to == id_) return *to_self_;
  Outbox*& recent = recent_boxes_[to % recent_boxes_.size()];
  if (recent->to == to) return *recent;
  auto [box, made] = outbox_of_.insert(std::uint64_t{to} + 1, nullptr);
  if (made)
    *box = &outboxes_.emplace_back(
        Outbox{.to = to, .sent_away = 1, .sent_off_rank = to - settings_.first_of_rank >= settings_.per_rank});
  if (to % recent_boxes_.size() != id_ % recent_boxes_.size()) recent = *box;
  return **box;
}

std::uint64_t Scheduler::sort_out_mailbox() {
  auto stays = [&](Envelope& record) {
    const Place place = directory_.find(record.to);
    const bool belongs_here = place.is_here() || (place.is_nowhere() && directory_.is_home(record.to));
    if (belongs_here) record.flags &= static_cast<std::uint16_t>(~Envelope::is_presumed);
    return belongs_here;
  };
  bool all_here = true;
  mailbox().for_each_record([&](Envelope& record) { all_here = all_here && stays(record); });
  if (all_here) {
    mailbox_sorted();
    return 0;
  }
  std::uint64_t forwarded = 0;
  RecordBuffer sorted{ChunkPool::standard_bytes};
  mailbox().for_each_record([&](Envelope& record) {
    if (record.flags & Envelope::is_death_note && directory_.is_home(record.to)) {
      ++counts_.notes_done;
      directory_.release(record.to);
    } else if (stays(record)) {
      sorted.append_copy(record, pool_);
    } else {
      forward(record);
      ++forwarded;
    }
  });
  mailbox().clear(pool_);
  mailbox().splice(sorted);
  return forwarded;
}

void Scheduler::redirect(const Envelope& record, const ActorHead& by, Addr to, float energy) {
  if (--until_infoton_ == 0 && !(std::abs(energy) <= most_energy)) [[unlikely]]
    refuse_energy(energy);
  const float infoton = until_infoton_ == 0 ? sample_infoton(energy) : 0;
  const std::size_t bare = record.size_without_infoton();
  const std::size_t size = bare + (infoton != 0 ? sizeof(Addr) + sizeof(Infoton) : 0);
  std::byte* at = towards(to).records.append(size, pool_);
  ++counts_.sent;
  std::memcpy(at, &record, bare);
  auto& redirected = *reinterpret_cast<Envelope*>(at);
  redirected.to = to;
  redirected.size = static_cast<std::uint32_t>(size);
  redirected.flags = own_flags();
  if (infoton != 0) {
    redirected.flags |= Envelope::has_infoton | Envelope::is_forwarded;
    std::memcpy(at + bare, &by.addr, sizeof by.addr);
    put_infoton(redirected, by, infoton);
  }
  if (send_hooks_.on_send != nullptr) send_hooks_.on_send(send_hooks_.plugins, *this, redirected);
}

void Scheduler::forward(const Envelope& record) {
  Outbox& box = outbox(directory_.next_hop(record.to));
  Envelope& copy = box.records.append_copy(record, pool_);
  if (record.flags & Envelope::is_presumed) {
    copy.flags &= static_cast<std::uint16_t>(~Envelope::is_presumed);
    count_way(box);
    return;
  }
  ++counts_.forwarded;
  if (directory_.is_home(record.to) && record.from) note_detour(record.from, record.to);
}

void Scheduler::note_detour(Addr from, Addr to) {
  const std::uint64_t pair = mix(from.bits(), to.bits()) | 1;
  if (seen_detours_.insert(pair, 1).second) detours_.emplace_back(from, to);
}

std::vector<std::pair<Addr, Addr>> Scheduler::take_detours() {
  seen_detours_.clear();
  return std::exchange(detours_, {});
}

void Scheduler::bury(ActorHead& head) {
  const Addr addr = head.addr;
  arena_.destroy(head.row);
  ++counts_.died;
  if (directory_.is_home(addr)) {
    directory_.release(addr);
    return;
  }
  directory_.forget(addr);
  ++counts_.notes_sent;
  auto& note = *reinterpret_cast<Envelope*>(outbox(directory_.keeper(addr)).records.append(sizeof(Envelope), pool_));
  note = {addr, Addr{}, sizeof(Envelope), 0, Envelope::is_death_note};
}

void Scheduler::fail(const std::exception_ptr& thrown) noexcept {
  lift_memory_limit();  // it may be what failed, and saying so takes memory
  try {
    fail(fmt::format("{} (scheduler {}, superstep {})", what_of(thrown), id_, superstep_));
  } catch (...) {
    if (!failure_) failure_.emplace("out of memory");
  }
}

void Scheduler::refuse_energy(float energy) {
  until_infoton_ = 1;  // the next message carries the infoton
  throw Error(fmt::format("a message was given the infoton energy {}; expected a number from {} to {}", energy,
                          -most_energy, most_energy));
}

void Scheduler::check_position(Position position) {
  for (const float coordinate : {position.x, position.y, position.z})
    if (!(std::abs(coordinate) <= most_coordinate)) [[unlikely]]
      throw Error(fmt::format("an actor was to be made at position ({}, {}, {}); expected coordinates from {} to {}",
                              position.x, position.y, position.z, -most_coordinate, most_coordinate));
}

std::string Scheduler::too_many_actors() const {
  return fmt::format(
      "scheduler {} has {} actors and was asked to spawn another in superstep {}, which passes --max-actors; if the "
      "model really "
      "needs more, raise it",
      id_, arena_.size(), superstep_);
}

}  // namespace circo
