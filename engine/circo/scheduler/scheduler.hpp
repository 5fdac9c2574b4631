#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <circo/actor/dispatch.hpp>
#include <circo/actor/message.hpp>
#include <circo/actor/random.hpp>
#include <circo/scheduler/arena.hpp>
#include <circo/scheduler/directory.hpp>
#include <circo/scheduler/outbox.hpp>
#include <circo/scheduler/report.hpp>

namespace circo {

class Scheduler;

/// What happened at a scheduler since the run began. Records are messages and the engine's own notes.
struct Counts {
  std::uint64_t sent = 0;           ///< messages sent
  std::uint64_t sent_away = 0;      ///< of these, to an actor at another scheduler
  std::uint64_t sent_off_rank = 0;  ///< of these, to an actor at another rank (as far as its place was known)
  std::uint64_t delivered = 0;      ///< messages that a handler has been called for
  std::uint64_t dead_letters = 0;   ///< messages whose receiver was dead
  std::uint64_t forwarded = 0;      ///< records passed on because the receiver had moved
  std::uint64_t notes_sent = 0;
  std::uint64_t notes_done = 0;
  std::uint64_t spawned = 0;
  std::uint64_t died = 0;

  std::uint64_t records_sent() const { return sent + notes_sent; }
  std::uint64_t records_done() const { return delivered + dead_letters + notes_done; }

  Counts& operator+=(const Counts& more) {
    sent += more.sent;
    sent_away += more.sent_away;
    sent_off_rank += more.sent_off_rank;
    delivered += more.delivered;
    dead_letters += more.dead_letters;
    forwarded += more.forwarded;
    notes_sent += more.notes_sent;
    notes_done += more.notes_done;
    spawned += more.spawned;
    died += more.died;
    return *this;
  }
};

/// Hooks that user code triggers through its Context. Null when no plugin has them, so that they cost one branch.
struct SendHooks {
  void* plugins = nullptr;
  void (*on_send)(void* plugins, Scheduler&, Envelope&) = nullptr;
  void (*on_spawn)(void* plugins, Scheduler&, ActorHead&) = nullptr;
  void (*spawn_position)(void* plugins, Scheduler&, Addr actor, Position&) = nullptr;
  void (*on_death)(void* plugins, Scheduler&, ActorHead&) = nullptr;
};

struct SchedulerSettings {
  std::uint64_t seed = 0;
  bool strict = false;
  /// On average one message in this many carries an infoton (with as many times the energy); 0: none.
  std::uint32_t infoton_every = 0;
  /// The schedulers of this rank: [first_of_rank, first_of_rank + per_rank).
  SchedulerId first_of_rank = 0;
  SchedulerId per_rank = 1;
  SchedulerId schedulers = Addr::max_schedulers;  ///< over all ranks
  /// Actors that may live at this scheduler at most.
  std::uint64_t max_actors = UINT64_MAX;
};

/// Executes actors one message at a time: the arena with its actors, the directory, the mailbox with what waits, and an
/// outbox for each scheduler that mail goes to. Used by one thread at a time. `drain` (drain.hpp) is its loop, Context
/// what an actor sees of it.
class alignas(64) Scheduler {  // no line is shared by two threads
 public:
  Scheduler(SchedulerId id, const Dispatch& dispatch, const SchedulerSettings& settings);

  SchedulerId id() const { return id_; }
  const Dispatch& dispatch() const { return dispatch_; }
  const SchedulerSettings& settings() const { return settings_; }
  Arena& arena() { return arena_; }
  const Arena& arena() const { return arena_; }
  Directory& directory() { return directory_; }
  const Directory& directory() const { return directory_; }
  RecordBuffer& mailbox() { return here_.records; }
  ChunkPool& pool() { return pool_; }
  Counts& counts() { return counts_; }
  const Counts& counts() const { return counts_; }
  const SendHooks& send_hooks() const { return send_hooks_; }
  /// Before the first message.
  void set_send_hooks(const SendHooks& hooks);

  std::uint64_t superstep() const { return superstep_; }
  /// Before each drain.
  void set_superstep(std::uint64_t superstep);
  /// Where this scheduler is in the actor space.
  Position position() const { return position_; }
  void set_position(Position position) { position_ = position; }
  void set_infoton_every(std::uint32_t every);
  /// Whether infotons say where the sender is (the default), or only where its scheduler is, which is cheaper.
  void set_infoton_sources(bool exact) { infoton_sources_ = exact; }

  /// An empty record from `from` (without address: from outside) with `body_bytes` (multiple of 8) of body, in the
  /// buffer that leads to `to`.
  Envelope& begin_record(const ActorHead& from, Addr to, MessageNumber message, std::size_t body_bytes, float energy) {
    const std::size_t size = sizeof(Envelope) + body_bytes;
    // Most messages need nothing special: without a call on their way there are no registers to save.
    if (--until_infoton_ != 0) [[likely]] {
      if (goes_straight(to, size)) [[likely]] {
        ++counts_.sent;
        return fill(straight_->append_in_chunk(size), from, to, message, size, straight_flags_);
      }
      // No branch tells here from elsewhere, as a wrong guess of the processor takes longer than a message.
      Outbox& home = *home_boxes_[Directory::home_slot(to)];
      if (directory_.is_surely_at_home(to) && home.records.has_room(size)) return fill(home, from, to, message, size);
    }
    return begin_record_slowly(from, to, message, size, energy);
  }
  /// The same from an actor to itself, past the mailbox, so that the present drain does not meet it. No infoton: nobody
  /// is to be pulled.
  Envelope& begin_wake(const ActorHead& self, MessageNumber message, std::size_t body_bytes) {
    return start_record(to_self_->records, self, self.addr, message, sizeof(Envelope) + body_bytes, 0);
  }

  /// Passes on a copy of a message from actor `by` to another one, with its original sender; the infoton that it may
  /// carry is one of `by`, which the receiver has to do with. Counts as sent.
  void redirect(const Envelope& record, const ActorHead& by, Addr to, float energy);

  /// Passes on a record whose receiver is not here, toward where it is.
  void forward(const Envelope& record);
  /// All that waits, if anything, is for actors here: mail that goes another way than before overtakes nothing.
  void mailbox_sorted();

  /// Makes an actor at home here. `construct(void* state)`.
  template <class Construct>
  ActorHead& spawn(ActorNumber type, Position position, Construct&& construct) {
    return place_new(directory_.allocate(), type, position, std::forward<Construct>(construct));
  }
  /// The same with a reserved address of this home.
  template <class Construct>
  ActorHead& place_new(Addr addr, ActorNumber type, Position position, Construct&& construct) {
    if (arena_.size() >= settings_.max_actors) throw Error(too_many_actors());
    if (send_hooks_.spawn_position != nullptr) [[unlikely]]
      send_hooks_.spawn_position(send_hooks_.plugins, *this, addr, position);
    check_position(position);
    const Place place = arena_.create(type, addr, position, 0, std::forward<Construct>(construct));
    directory_.set(addr, place);
    ++counts_.spawned;
    ActorHead& head = place.head();
    if (send_hooks_.on_spawn != nullptr) [[unlikely]]
      send_hooks_.on_spawn(send_hooks_.plugins, *this, head);
    return head;
  }
  /// Ends an actor: destroys its state and tells its home.
  void bury(ActorHead& head);

  /// A random stream of the scheduler itself; like an actor's it does not depend on the layout.
  Random& random() { return random_; }
  std::uint64_t actor_stream(Addr addr) const { return mix(settings_.seed, addr.bits()); }

  /// Outboxes, in the order of first use; may be empty. That to itself has wakes, in strict mode all mail to actors
  /// here.
  std::deque<Outbox>& outboxes() { return outboxes_; }
  /// Mail for others that has been forwarded out of the mailbox, or death notes done there. What is presumed here and
  /// stays is so no more. Local; for `Rank::settle`.
  std::uint64_t sort_out_mailbox();

  bool idle() const { return here_.records.empty(); }

  // For checkpoints, in scheduler_state.cpp. The first two: what there is besides actors and mail.
  void save(StateWriter& out) const;
  void load(StateReader& in);
  /// Takes over the counts and reports of a scheduler that is no more, of what `load` would read.
  void inherit(StateReader& in);
  void save_mailbox(StateWriter& out) const;
  void save_outboxes(StateWriter& out) const;
  void load_mailbox(StateReader& in);
  void load_outboxes(StateReader& in);
  /// Take in saved mail when actors are at other places than they were: each record goes where its receiver is now.
  void reroute_mailbox(StateReader& in);
  void reroute_outboxes(StateReader& in);

  /// Senders that reached their receiver only through this home, since the last call: (actor to tell, actor it wrote
  /// to).
  std::vector<std::pair<Addr, Addr>> take_detours();

  // What handlers asked for; read by the engine after a drain.
  void stop() { stop_requested_ = true; }
  bool stop_requested() const { return stop_requested_; }
  Report& report() { return report_; }
  void fail(std::string why) {
    if (!failure_) failure_ = std::move(why);
  }
  /// The same with what has been thrown, also when memory has run out.
  void fail(const std::exception_ptr& thrown) noexcept;
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  static constexpr std::uint64_t in_last_field(std::uint16_t flags) { return std::uint64_t{flags} << 48; }
  static Envelope& fill(std::byte* at, const ActorHead& from, Addr to, MessageNumber message, std::size_t size,
                        std::uint64_t flags = in_last_field(0)) {
    auto& record = *reinterpret_cast<Envelope*>(at);
    record.to = to;
    record.from = from.addr;
    const std::uint64_t rest = size | std::uint64_t{message} << 32 | flags;  // one store for all three
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(&record.size, &rest, sizeof rest);
    return record;
  }
  Envelope& begin_record_slowly(const ActorHead& from, Addr to, MessageNumber message, std::size_t size, float energy);
  bool goes_straight(Addr to, std::size_t size) const {
    return straight_->has_room(size) && (directory_.is_surely_here(to) | presuming_);
  }
  Envelope& begin_any_record(const ActorHead& from, Addr to, MessageNumber message, std::size_t size, float energy);
  Envelope& start_record(RecordBuffer& buffer, const ActorHead& from, Addr to, MessageNumber message, std::size_t size,
                         float infoton, std::uint64_t flags = in_last_field(0));
  /// The same at the end of an outbox that has room.
  Envelope& fill(Outbox& box, const ActorHead& from, Addr to, MessageNumber message, std::size_t size) {
    ++counts_.sent;
    count_way(box);
    return fill(box.records.append_in_chunk(size), from, to, message, size);
  }
  /// The outbox for a message to `to`, which is counted as being on its way.
  Outbox& towards(Addr to) {
    if (presuming_ || directory_.is_surely_here(to)) return *local_;
    Outbox& box = route(to);
    count_way(box);
    if (send_hooks_.on_send == nullptr && directory_.trust_home(to)) home_boxes_[Directory::home_slot(to)] = &box;
    return box;
  }
  void count_way(const Outbox& box) {
    counts_.sent_away += box.sent_away;
    counts_.sent_off_rank += box.sent_off_rank;
  }
  Outbox& outbox(SchedulerId to);
  Outbox& route(Addr to);
  void choose_ways();
  /// Of records that actors here send.
  std::uint16_t own_flags() const { return presuming_ ? Envelope::is_presumed : 0; }
  void note_detour(Addr from, Addr to);
  float sample_infoton(float energy);
  void put_infoton(Envelope& record, const ActorHead& from, float energy);
  [[noreturn, gnu::cold]] void refuse_energy(float energy);
  static void check_position(Position position);
  std::string too_many_actors() const;

  SchedulerId id_;
  Dispatch dispatch_;
  SchedulerSettings settings_;
  ChunkPool pool_;
  Outbox here_;    // the mailbox
  Outbox* local_;  // where mail to actors here goes: the mailbox, in strict mode the outbox to itself
  Outbox no_room_{Addr::max_schedulers};
  Outbox* to_self_;  // for wakes
  // What no plugin sees goes the fastest way that there is:
  RecordBuffer* straight_;  // of local_ while nearly all mail goes there, else of no_room_
  std::array<Outbox*, Directory::home_slots> home_boxes_;  // where mail goes for actors surely at their home
  bool presuming_ = false;  // mail goes to the mailbox without a look at where the receiver is
  bool nearly_all_here_ = true;
  std::uint64_t straight_flags_ = 0;                      // own_flags(), as in_last_field
  std::uint64_t sent_before_ = 0, sent_away_before_ = 0;  // counts when this superstep began
  std::uint64_t recent_sent_ = 0,
                recent_sent_away_ = 0;  // of the last supersteps, each with 3/4 of the next one's weight
  std::uint32_t until_infoton_ = 0;
  bool infoton_sources_ = true;
  Counts counts_;
  SendHooks send_hooks_;
  Directory directory_;
  Arena arena_;
  std::uint64_t superstep_ = 0;
  Position position_;
  Random random_;
  std::deque<Outbox> outboxes_;
  FlatMap<Outbox*> outbox_of_;  // key: scheduler + 1
  // The last one used of those to schedulers that are alike modulo 64; local_ for all that are like this one.
  std::array<Outbox*, 64> recent_boxes_;
  FlatMap<std::uint8_t> seen_detours_;
  std::vector<std::pair<Addr, Addr>> detours_;
  Report report_;
  std::optional<std::string> failure_;
  bool stop_requested_ = false;
};

}  // namespace circo
