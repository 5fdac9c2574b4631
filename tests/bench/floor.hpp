#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <circo/actor/random.hpp>

namespace circo::bench {

/// What a programmer would write by hand for pairs of actors that send each other a message, and nothing more: records
/// with the bytes of the engine's in a ring, receivers in a flat array, a handler called through a table, infotons
/// logged. No types, no growth, no addresses that may be dead, no receivers elsewhere. It is the floor for the time of
/// a message. `order[i]`: where actor i lies in memory; actors 2k and 2k + 1 are a pair.
class PingPongFloor {
 public:
  PingPongFloor(const std::vector<std::uint32_t>& order, std::uint32_t infoton_every)
      : every_{infoton_every},
        until_infoton_{infoton_every},
        place_(order.size()),
        actors_(order.size()),
        capacity_{(order.size() / 2 + 1) * sizeof(Record)},
        ring_{std::make_unique<std::byte[]>(capacity_ + sizeof(Record))} {
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      place_[i] = i;
      actors_[order[i]] = {order[i], 0, 0, order[i ^ 1], 0};
    }
    for (std::size_t i = 0; i < order.size(); i += 2) push(order[i], actors_[order[i ^ 1]], UINT64_MAX);
  }

  /// With `look_ahead`, actors are fetched into the cache that many records before they are needed (0: none), and their
  /// places as many records earlier.
  template <int look_ahead>
  void deliver(std::uint64_t messages) {
    std::size_t next_place = read_, next_actor = read_;
    if constexpr (look_ahead > 0) {
      for (int i = 0; i < look_ahead; ++i) next_place = fetch_place(next_place);
      for (int i = 0; i < look_ahead; ++i) {
        next_place = fetch_place(next_place);
        next_actor = fetch_actor(next_actor);
      }
    }
    for (; messages > 0; --messages) {
      if constexpr (look_ahead > 0) {
        next_place = fetch_place(next_place);
        next_actor = fetch_actor(next_actor);
      }
      const Record& record = at(read_);
      read_ = wrap(read_ + record.size);
      Actor& actor = actors_[place_[record.to]];
      ++actor.count;
      if (record.flags != 0) log_.push_back({record.to, record.from, record.infoton[3]});
      handlers[record.type](*this, actor, record);
    }
    log_.clear();
  }

  std::uint64_t hits() const {
    std::uint64_t sum = 0;
    for (const Actor& actor : actors_) sum += actor.hits;
    return sum;
  }

 private:
  struct Record {
    std::uint64_t to, from;
    std::uint32_t size;
    std::uint16_t type, flags;
    std::uint64_t hits_left;
    float infoton[4];  // present when flags is not 0
  };
  static constexpr std::uint32_t bare = sizeof(Record) - sizeof(Record::infoton);
  static_assert(bare == 32);
  struct Actor {
    std::uint64_t self;
    std::uint32_t row, count;
    std::uint64_t partner;
    std::uint64_t hits;
  };
  struct Deposit {
    std::uint64_t self, partner;
    float energy;
  };
  using Handler = void (*)(PingPongFloor&, Actor&, const Record&);
  static void hit(PingPongFloor& floor, Actor& actor, const Record& record) {
    ++actor.hits;
    if (record.hits_left > 1) floor.push(actor.partner, actor, record.hits_left - 1);
  }
  static void ignore(PingPongFloor&, Actor&, const Record&) {}
  static inline Handler handlers[2] = {hit, ignore};

  Record& at(std::size_t offset) { return *reinterpret_cast<Record*>(ring_.get() + offset); }
  // The last record may end behind the capacity, where there is room for one.
  std::size_t wrap(std::size_t offset) const { return offset < capacity_ ? offset : 0; }

  void push(std::uint64_t to, const Actor& from, std::uint64_t hits_left) {
    Record& record = at(write_);
    record.to = to;
    record.from = from.self;
    record.size = bare;
    record.type = record.flags = 0;
    record.hits_left = hits_left;
    if (--until_infoton_ == 0) {
      until_infoton_ = 1 + static_cast<std::uint32_t>(random_.below(2 * every_ - 1));
      record.size = sizeof(Record);
      record.flags = 1;
      record.infoton[3] = static_cast<float>(every_);
    }
    write_ = wrap(write_ + record.size);
  }
  std::size_t fetch_place(std::size_t offset) {
    __builtin_prefetch(&place_[at(offset).to]);
    return after(offset);
  }
  std::size_t fetch_actor(std::size_t offset) {
    __builtin_prefetch(&actors_[place_[at(offset).to]], 1);
    return after(offset);
  }
  // Behind the last record lies none.
  std::size_t after(std::size_t offset) {
    const std::size_t next = wrap(offset + at(offset).size);
    return next != write_ ? next : offset;
  }

  std::uint32_t every_, until_infoton_;
  Random random_{2, 0};
  std::vector<std::uint32_t> place_;
  std::vector<Actor> actors_;
  std::size_t capacity_, read_ = 0, write_ = 0;
  std::unique_ptr<std::byte[]> ring_;
  std::vector<Deposit> log_;
};

}  // namespace circo::bench
