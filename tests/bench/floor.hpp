#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace circo::bench {

/// What a programmer would write by hand for pairs of actors that send each other a message, and nothing more: records
/// of the engine's size in a ring buffer, receivers in a flat array, a handler called through a table. No types, no
/// growth, no safety. It is the floor for the time of a message.
class PingPongFloor {
 public:
  explicit PingPongFloor(std::size_t pairs) : place_(2 * pairs), actors_(2 * pairs) {
    std::size_t slots = 4;
    while (slots < 2 * pairs) slots *= 2;
    ring_.resize(slots);
    for (std::uint32_t i = 0; i < 2 * pairs; ++i) {
      place_[i] = i;
      actors_[i].self = i;
    }
    for (std::uint32_t pair = 0; pair < pairs; ++pair) push(2 * pair, 2 * pair + 1, UINT64_MAX);
  }

  void deliver(std::uint64_t messages) {
    for (; messages > 0; --messages) {
      const Record& record = ring_[read_++ & (ring_.size() - 1)];
      Actor& actor = actors_[place_[record.to]];
      ++actor.count;
      handlers[record.type](*this, actor, record);
    }
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
  };
  static_assert(sizeof(Record) == 32);
  struct Actor {
    std::uint64_t self;
    std::uint32_t row = 0, count = 0;
    std::uint64_t partner = 0;
    std::uint64_t hits = 0;
  };
  using Handler = void (*)(PingPongFloor&, Actor&, const Record&);
  static void hit(PingPongFloor& floor, Actor& actor, const Record& record) {
    ++actor.hits;
    if (record.hits_left > 1) floor.push(record.from, actor.self, record.hits_left - 1);
  }
  static void ignore(PingPongFloor&, Actor&, const Record&) {}
  static inline Handler handlers[2] = {hit, ignore};

  void push(std::uint64_t to, std::uint64_t from, std::uint64_t hits_left) {
    ring_[write_++ & (ring_.size() - 1)] = {to, from, sizeof(Record), 0, 0, hits_left};
  }

  std::vector<Record> ring_;
  std::uint64_t read_ = 0, write_ = 0;
  std::vector<std::uint32_t> place_;
  std::vector<Actor> actors_;
};

}  // namespace circo::bench
