#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "engine/test_seed.hpp"
#include <circo/actor/random.hpp>
#include <circo/scheduler/record_buffer.hpp>

namespace {

using namespace circo;

/// A record of `words` 8-byte words behind the envelope, each of which says which record it is.
void write_record(std::byte* to, std::uint64_t number, std::size_t words) {
  const Envelope envelope{Addr::from_bits(number), Addr{}, static_cast<std::uint32_t>(sizeof(Envelope) + 8 * words), 0,
                          0};
  std::memcpy(to, &envelope, sizeof envelope);
  for (std::size_t i = 0; i < words; ++i) std::memcpy(to + sizeof envelope + 8 * i, &number, 8);
}

std::uint64_t number_of(const Envelope& record) {
  const std::uint64_t number = record.to.bits();
  for (std::size_t at = 0; at < record.size - sizeof(Envelope); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, record.body() + at, 8);
    REQUIRE(word == number);
  }
  return number;
}

void append(RecordBuffer& buffer, ChunkPool& pool, std::uint64_t number, std::size_t words) {
  write_record(buffer.append(sizeof(Envelope) + 8 * words, pool), number, words);
}

std::shared_ptr<Bytes> batch_of(std::vector<std::uint64_t> numbers, std::size_t words) {
  const std::size_t size = sizeof(Envelope) + 8 * words;
  auto batch = std::make_shared<Bytes>(numbers.size() * size);
  for (std::size_t i = 0; i < numbers.size(); ++i) write_record(batch->data() + i * size, numbers[i], words);
  return batch;
}

/// A buffer beside a queue of what should be in it.
struct Modelled {
  RecordBuffer buffer;
  std::deque<std::uint64_t> model;

  explicit Modelled(std::size_t first_chunk) : buffer{first_chunk} {}

  void pop(ChunkPool& pool) {
    Envelope* record = buffer.front(pool);
    REQUIRE((record == nullptr) == model.empty());
    if (record == nullptr) return;
    REQUIRE(number_of(*record) == model.front());
    buffer.pop_front(record->end());
    model.pop_front();
  }
  void check() const {
    REQUIRE(buffer.records() == model.size());
    REQUIRE(buffer.empty() == model.empty());
    auto expected = model.begin();
    std::size_t bytes = 0;
    buffer.for_each_record([&](const Envelope& record) {
      REQUIRE(expected != model.end());
      REQUIRE(number_of(record) == *expected++);
      bytes += record.size;
    });
    REQUIRE(expected == model.end());
    REQUIRE(buffer.bytes() == bytes);
  }
};

TEST_CASE("a buffer is a queue of records, whatever is appended, viewed, spliced and read in between") {
  Random random{test::test_seed(), 0};
  ChunkPool pool;
  for (const std::size_t first_chunk : {std::size_t{64}, std::size_t{1} << 10, ChunkPool::standard_bytes}) {
    std::array<Modelled, 3> buffers{Modelled{first_chunk}, Modelled{first_chunk}, Modelled{first_chunk}};
    std::uint64_t number = 0;
    for (int step = 0; step < 30000; ++step) {
      Modelled& one = buffers[random.below(buffers.size())];
      Modelled& other = buffers[random.below(buffers.size())];
      // Mostly small; now and then larger than a chunk.
      const std::size_t words = random.below(500) == 0 ? random.below(4000) : random.below(12);
      switch (random.below(16)) {
        case 0: {
          if (&one == &other) break;
          one.buffer.splice(other.buffer);
          one.model.insert(one.model.end(), other.model.begin(), other.model.end());
          other.model.clear();
          break;
        }
        case 1: {
          std::vector<std::uint64_t> numbers(1 + random.below(5));
          for (auto& each : numbers) one.model.push_back(each = ++number);
          const auto batch = batch_of(numbers, words);
          one.buffer.append_view(*batch, batch);
          break;
        }
        case 2: {
          one.model.push_back(++number);
          const auto original = batch_of({number}, words);
          const Envelope& copy = one.buffer.append_copy(*reinterpret_cast<Envelope*>(original->data()), pool);
          REQUIRE(number_of(copy) == number);
          break;
        }
        case 3:
          if (random.below(50) != 0) break;
          one.buffer.clear(pool);
          one.model.clear();
          break;
        case 4:
        case 5:
        case 6:
        case 7:
        case 8:
          one.pop(pool);
          break;
        case 9:
          one.check();
          break;
        default:
          append(one.buffer, pool, ++number, words);
          one.model.push_back(number);
      }
    }
    for (Modelled& each : buffers) {
      each.check();
      while (!each.model.empty()) each.pop(pool);
      each.pop(pool);
    }
  }
}

TEST_CASE("records appended while one is read do not move it, and are read in their turn") {
  ChunkPool pool;
  RecordBuffer buffer{64};
  append(buffer, pool, 0, 3);
  std::uint64_t next = 0, appended = 1;
  while (Envelope* record = buffer.front(pool)) {
    buffer.pop_front(record->end());
    for (int copies = 0; copies < 3 && appended < 10000; ++copies) append(buffer, pool, appended++, copies * 50u);
    REQUIRE(number_of(*record) == next++);
  }
  CHECK(next == 10000);
  CHECK(buffer.empty());
}

TEST_CASE("a view keeps its owner alive until it has been read") {
  ChunkPool pool;
  RecordBuffer buffer;
  auto batch = batch_of({1, 2}, 4);
  const std::weak_ptr<Bytes> watch = batch;
  buffer.append_view(*batch, batch);
  batch.reset();
  for (const std::uint64_t number : {1u, 2u}) {
    Envelope* record = buffer.front(pool);
    REQUIRE(record != nullptr);
    CHECK(number_of(*record) == number);
    buffer.pop_front(record->end());
    CHECK_FALSE(watch.expired());
  }
  CHECK(buffer.front(pool) == nullptr);
  CHECK(watch.expired());
}

TEST_CASE("splicing copies nothing: records stay where they are") {
  ChunkPool pool;
  RecordBuffer from, to;
  append(to, pool, 1, 2);
  append(from, pool, 2, 2);
  append(from, pool, 3, 2);
  Envelope* read = from.front(pool);
  from.pop_front(read->end());
  const Envelope* third = from.front(pool);
  to.splice(from);
  CHECK(from.empty());
  CHECK(from.front(pool) == nullptr);
  append(from, pool, 4, 2);
  CHECK(to.records() == 2);
  Envelope* first = to.front(pool);
  to.pop_front(first->end());
  CHECK(to.front(pool) == third);
  CHECK(number_of(*from.front(pool)) == 4);
}

TEST_CASE("a long queue is in large chunks") {
  ChunkPool pool;
  RecordBuffer buffer;
  std::size_t stretches = 0, records = 0;
  for (; records < 100'000; ++records) append(buffer, pool, records, 2);
  buffer.for_each_stretch([&](std::span<std::byte>) { ++stretches; });
  CHECK(stretches < 32 + records * 40 / ChunkPool::large_bytes);
  for (std::uint64_t number = 0; number < records; ++number) {
    Envelope* record = buffer.front(pool);
    REQUIRE(number_of(*record) == number);
    buffer.pop_front(record->end());
  }
  CHECK(buffer.empty());
}

TEST_CASE("a pool gives chunks of the standard size again") {
  ChunkPool pool;
  RecordBuffer buffer{ChunkPool::standard_bytes};
  append(buffer, pool, 1, 2);
  const Envelope* first = buffer.front(pool);
  buffer.clear(pool);
  CHECK(buffer.empty());
  append(buffer, pool, 2, 2);
  CHECK(buffer.front(pool) == first);
}

}  // namespace
