#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <circo/actor/addr.hpp>
#include <circo/actor/state_stream.hpp>
#include <circo/error.hpp>
#include <circo/scheduler/flat_map.hpp>
#include <circo/scheduler/place.hpp>

namespace circo {

/// Actors that were spawned one after another lie together, eight of them in two cache lines: who talks
/// with one talks with the others soon, more often than not.
struct TogetherAsSpawned {
  static std::size_t slot(std::uint64_t addr_bits, int bits) {
    constexpr int index_at = Addr::generation_bits, together = 3;
    const std::size_t group = SpreadKeys::slot(addr_bits >> (index_at + together), bits - together);
    return group << together | (addr_bits >> index_at & ((1 << together) - 1));
  }
};

/// What a scheduler knows of where actors are. Of those spawned here (home) it always knows all: a flat table by index.
/// Of others it knows the guests in its arena and, as a cache, the places that it learned of: in tables of the same
/// kind for homes of which it knows many, the rest in a hash table. A run that goes on with fewer schedulers than it
/// had shares out the homes of those that are gone: home h is kept at scheduler h mod S.
class Directory {
 public:
  explicit Directory(SchedulerId self, SchedulerId schedulers = Addr::max_schedulers)
      : self_{self}, schedulers_{schedulers}, homes_{schedulers} {
    tables_[self_ % home_slots].home = self_;
    trust_no_other();
  }

  /// Address for a new actor at home here; reuses the index of a dead one with the next generation.
  Addr allocate() {
    std::uint32_t index;
    if (free_ != no_free) {
      index = free_;
      free_ = static_cast<std::uint32_t>(own()[index].bits_);
    } else {
      index = indices();
      if (index > Addr::max_index)
        throw Error("scheduler " + std::to_string(self_) +
                    " has no address left for another actor: at most 2^28 may live that were spawned at one scheduler; "
                    "use more schedulers");
      own().push_back(Place{std::uint64_t{1} << Place::generation_shift});
    }
    return Addr{self_, index, own()[index].generation()};
  }

  /// Marks the next `n` indices as in use, for actors whose addresses are computed (Population). Returns the first.
  std::uint32_t reserve(std::uint32_t n) {
    const std::uint32_t first = indices();
    own().resize(first + n, Place{std::uint64_t{1} << Place::generation_shift});
    return first;
  }

  /// The actor is dead: its index may be reused, unless its generations are spent. Only at its home.
  void release(Addr addr) {
    if (!is_own(addr)) return forget(addr);
    Place& place = own()[addr.index()];
    count_away(-place.is_elsewhere());
    const std::uint32_t next = place.generation() + 1;
    if (next > Addr::max_generation) {
      place = Place{};
      return;
    }
    place = Place{(std::uint64_t{next} << Place::generation_shift) | free_};
    free_ = addr.index();
  }

  /// The scheduler that always knows where an actor is. Throws Error when there has been no scheduler like its home.
  SchedulerId keeper(Addr addr) const {
    const SchedulerId home = addr.home();
    return home < schedulers_ ? home : heir(home);
  }
  /// The address is kept here.
  bool is_home(Addr addr) const { return is_own(addr) || keeper(addr) == self_; }

  /// An actor at home here, when none of those has moved away: it is here, or dead. Needs no look at the table.
  bool is_surely_here(Addr addr) const { return addr.home() == complete_; }
  /// Nothing is known of actors elsewhere than at their homes.
  bool all_at_home() const { return away_ == 0 && known_foreign() == 0; }
  /// Homes are told apart by this many slots in tables of them.
  static constexpr std::size_t home_slots = 64;
  static constexpr std::size_t home_slot(Addr addr) { return addr.home() % home_slots; }
  /// The actor is at its home, or dead, or only its home knows. Needs no look at the tables of actors: true for the
  /// home here while none of its actors has moved away, and for others that were trusted since something was last
  /// learned.
  bool is_surely_at_home(Addr addr) const { return at_home_[home_slot(addr)] == addr.home(); }
  /// From now on that is true for the home of `addr`, unless something is known of actors of other homes or the slot is
  /// that of the home here. Returns whether it is.
  bool trust_home(Addr addr) {
    if (known_foreign() != 0 || home_slot(addr) == self_ % home_slots || addr.home() >= schedulers_) return false;
    at_home_[home_slot(addr)] = addr.home();
    return true;
  }

  /// The place of an actor that is here; one that is not here for others.
  Place find_here(Addr addr) const {
    const Place place = guess_here(addr);
    return place.is_here() && place.head().addr == addr ? place : find_in_hash(addr);
  }
  /// The same for those who look themselves at whose head it is, as it may be another actor's place.
  Place guess_here(Addr addr) const {
    const auto& places = tables_[home_slot(addr)].places;
    const Place* place = places.data() + addr.index();
    return place < places.data() + places.size() ? *place : find_in_hash(addr);
  }
  /// Asks for the cache line that `find_here` will read. Inlined, as GCC takes a function that only does this for one
  /// without effect, and leaves the call out.
  [[gnu::always_inline]] void prefetch(Addr addr) const {
    const void* place = entry(addr);
    __builtin_prefetch(place != nullptr ? place : foreign_.first_cell(addr.bits()));
  }

  /// Nowhere: for a home address, dead; for others, unknown (ask the keeper).
  Place find(Addr addr) const {
    const Place* place = entry(addr);
    if (place != nullptr) return place->generation() == addr.generation() ? *place : Place{};
    return find_in_hash(addr);
  }
  /// The scheduler that a message to the actor goes to: the one that it is at, else its keeper. The place is in use.
  /// No branch depends on where the actor is: a wrong guess of the processor would be noticed only when the place has
  /// come from memory, and nothing after it would be asked for meanwhile.
  SchedulerId next_hop(Addr addr) {
    Place* place = entry(addr);
    if (place == nullptr) {
      place = foreign_.find(addr.bits());
      if (place == nullptr) return keeper(addr);
    }
    if (place->is_unused()) [[unlikely]]
      place->bits_ &= ~Place::unused;
    const bool known = place->generation() == addr.generation();
    const SchedulerId elsewhere = choose(known & place->is_elsewhere(), place->scheduler(), keeper(addr));
    return choose(known & place->is_here(), self_, elsewhere);
  }

  /// Records where a living actor is.
  void set(Addr addr, Place place) {
    place.bits_ |= std::uint64_t{addr.generation()} << Place::generation_shift;
    Place* known = entry(addr);
    if (is_own(addr)) {
      count_away(place.is_elsewhere() - known->is_elsewhere());
      *known = place;
      return;
    }
    if (known_foreign() == 0) trust_no_other();
    if (known == nullptr) {
      foreign_.set(addr.bits(), place);
    } else if (known->generation() <= addr.generation()) {  // of two, the earlier one is dead
      listed_ += known->is_nowhere();
      *known = place;
    }
  }

  /// So many more actors from elsewhere are about to be set.
  void expect(std::size_t n) { foreign_.reserve(foreign_.size() + n); }

  /// Forgets a foreign actor.
  void forget(Addr addr) {
    Place* known = entry(addr);
    if (known == nullptr) {
      foreign_.erase(addr.bits());
    } else if (known->generation() == addr.generation()) {
      listed_ -= !known->is_nowhere();
      *known = Place{};
    }
  }

  /// Forgets cached places of actors that are neither guests nor at home here and that nobody has sent to since the
  /// last call. As actors move, a scheduler learns the places of all partners of all who have ever been here.
  void forget_unused();

  /// After many have been set: makes tables for the homes of which many are known. What is known stays the same.
  void arrange();

  /// All but who is here, which the arena tells when its actors are set again after `load`.
  void save(StateWriter& out) const;
  void load(StateReader& in);
  /// Forgets where actors are: all are about to be set at other places.
  void forget_places();
  /// There have been so many homes, of which some are kept at other schedulers than they were.
  void set_homes(SchedulerId homes) { homes_ = homes; }
  /// Addresses below `index` at this home are not given out, as they have been before.
  void skip(std::uint32_t index) { own().assign(index, Place{}); }
  /// Indices given out so far.
  std::uint32_t indices() const { return static_cast<std::uint32_t>(own().size()); }

  std::size_t known_foreign() const { return listed_ + foreign_.size(); }

 private:
  /// Out of line, so that a loop that looks up actors in tables keeps its registers.
  Place find_in_hash(Addr addr) const;

  static constexpr std::uint32_t no_free = 0xFFFFFFFF;
  /// GCC would make it a branch.
  static SchedulerId choose(bool first, SchedulerId a, SchedulerId b) { return b ^ ((a ^ b) & -SchedulerId{first}); }

  /// Made here, and so in the table.
  bool is_own(Addr addr) const { return addr.home() == self_; }

  /// Actors of one home by index. Each place has the generation of the actor whose place it is, or was.
  struct Table {
    SchedulerId home = Addr::max_schedulers;
    RandomAccessVector<Place> places;
  };
  RandomAccessVector<Place>& own() { return tables_[self_ % home_slots].places; }
  const RandomAccessVector<Place>& own() const { return tables_[self_ % home_slots].places; }
  /// The place in a table, if there is one for the address.
  const Place* entry(Addr addr) const {
    const Table& table = tables_[home_slot(addr)];
    const Place* place = table.places.data() + addr.index();
    return table.home == addr.home() && place < table.places.data() + table.places.size() ? place : nullptr;
  }
  Place* entry(Addr addr) { return const_cast<Place*>(std::as_const(*this).entry(addr)); }
  /// Calls `use(Addr, Place)` for all known actors of other homes, in no order.
  template <class Use>
  void for_each_foreign(Use&& use) const;
  void forget_foreign();

  /// Of an index whose actor is not known where: the generation.
  static Place without_place(Place place) {
    return Place{place.bits_ & std::uint64_t{Addr::max_generation} << Place::generation_shift};
  }

  /// The keeper for a home that is no more.
  SchedulerId heir(SchedulerId home) const;

  void count_away(int more) {
    away_ += static_cast<std::uint32_t>(more);
    complete_ = away_ == 0 ? self_ : Addr::max_schedulers;
    at_home_[self_ % home_slots] = complete_;
  }
  void trust_no_other() {
    at_home_.fill(Addr::max_schedulers);
    count_away(0);
  }

  SchedulerId self_;
  SchedulerId complete_ = self_;                 // the same when none of own() is elsewhere, else no scheduler
  std::array<SchedulerId, home_slots> at_home_;  // homes of which no actor is known to be elsewhere, else no scheduler
  SchedulerId schedulers_;
  SchedulerId homes_;  // schedulers that there have ever been, more than now or as many
  std::uint32_t free_ = no_free;
  std::uint32_t away_ = 0;                     // of own(): those that are elsewhere
  std::array<Table, home_slots> tables_;       // that of this home among them, where a free index has the next free one
  std::size_t listed_ = 0;                     // actors of other homes in tables
  FlatMap<Place, TogetherAsSpawned> foreign_;  // the rest of them
};

}  // namespace circo
