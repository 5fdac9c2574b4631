#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <circo/actor/message.hpp>

namespace circo {

/// A stretch of memory that holds whole records one after another: owned, or a view into a received batch that `owner`
/// keeps alive.
struct Chunk {
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  std::byte* begin = nullptr;
  std::byte* end = nullptr;  ///< of what is written
  std::size_t capacity = 0;  ///< 0 for a view
  std::unique_ptr<std::byte, Free> memory;
  std::shared_ptr<void> owner;

  std::size_t bytes() const { return static_cast<std::size_t>(end - begin); }
};

/// Keeps a few chunks of the usual sizes for their next use. Each scheduler has one, so it needs no lock.
class ChunkPool {
 public:
  /// Two of these and the actors of a small model fit into a first-level cache.
  static constexpr std::size_t standard_bytes = 16 << 10;
  /// For queues that no cache holds anyway: the processor reads ahead, and `drain` looks ahead, within one chunk.
  static constexpr std::size_t large_bytes = 256 << 10;

  Chunk get(std::size_t bytes) {
    auto* spare = spare_of(bytes);
    if (spare != nullptr && !spare->empty()) {
      Chunk chunk = std::move(spare->back());
      spare->pop_back();
      return chunk;
    }
    auto* data = static_cast<std::byte*>(std::malloc(bytes));
    if (data == nullptr) throw std::bad_alloc();
    Chunk chunk;
    chunk.begin = chunk.end = data;
    chunk.capacity = bytes;
    chunk.memory.reset(data);
    return chunk;
  }

  void put(Chunk&& chunk) {
    auto* spare = spare_of(chunk.capacity);
    if (spare == nullptr || spare->size() >= max_spare) return;
    chunk.begin = chunk.end = chunk.memory.get();  // begin has moved when it was spliced half read
    spare->push_back(std::move(chunk));
  }

 private:
  static constexpr std::size_t max_spare = 64;
  std::vector<Chunk>* spare_of(std::size_t bytes) {
    return bytes == standard_bytes ? &standard_ : bytes == large_bytes ? &large_ : nullptr;
  }
  std::vector<Chunk> standard_, large_;
};

/// Append-only queue of records in chunks. A record never moves once it is written and is read in place, so a handler
/// may hold a reference to the message it reacts to while it appends more.
class RecordBuffer {
 public:
  /// `first_chunk_bytes`: small for outboxes, of which most are seldom used.
  explicit RecordBuffer(std::size_t first_chunk_bytes = 1 << 10) : first_chunk_bytes_{first_chunk_bytes} {}

  /// Room for a record of `bytes` (a multiple of 8) at the end.
  std::byte* append(std::size_t bytes, ChunkPool& pool) {
    if (!has_room(bytes)) [[unlikely]]
      add_chunk(bytes, pool);
    return append_in_chunk(bytes);
  }
  /// Whether the last chunk can take `bytes` more; then `append_in_chunk` appends without a pool.
  bool has_room(std::size_t bytes) const { return static_cast<std::size_t>(limit_ - write_) >= bytes; }
  std::byte* append_in_chunk(std::size_t bytes) { return std::exchange(write_, write_ + bytes); }

  /// Appends a copy of a record, and returns it.
  Envelope& append_copy(const Envelope& record, ChunkPool& pool) {
    return *static_cast<Envelope*>(std::memcpy(append(record.size, pool), &record, record.size));
  }

  /// Appends all of `other`, without copying; `other` becomes empty.
  void splice(RecordBuffer& other) {
    if (other.empty()) return;
    seal();
    other.seal();
    if (other.read_ != nullptr) other.chunks_[other.head_].begin = other.read_;
    chunks_.insert(chunks_.end(),
                   std::make_move_iterator(other.chunks_.begin() + static_cast<std::ptrdiff_t>(other.head_)),
                   std::make_move_iterator(other.chunks_.end()));
    other.chunks_.clear();
    other.head_ = 0;
    other.read_ = nullptr;
  }

  /// Appends the records that lie at `bytes`, without copying; `owner` keeps them alive.
  void append_view(std::span<std::byte> bytes, std::shared_ptr<void> owner) {
    seal();
    Chunk chunk;
    chunk.begin = bytes.data();
    chunk.end = bytes.data() + bytes.size();
    chunk.owner = std::move(owner);
    chunks_.push_back(std::move(chunk));
  }

  bool empty() const {
    for (std::size_t i = head_; i < chunks_.size(); ++i)
      if (begin_of(i) != end_of(i)) return false;
    return true;
  }

  /// The first record, or null. It stays in place until the next call of `front`, also when popped.
  Envelope* front(ChunkPool& pool) {
    while (head_ != chunks_.size()) {
      if (read_ == nullptr) read_ = chunks_[head_].begin;
      if (read_ != end_of(head_)) return reinterpret_cast<Envelope*>(read_);
      drop_front(pool);
    }
    return nullptr;
  }
  /// Takes off the records up to `end`, which lie together with the first one.
  void pop_front(const std::byte* end) { read_ = const_cast<std::byte*>(end); }
  /// The end of the records that lie together with the first one, of those there are now; of at most `records` of them.
  const std::byte* front_end() const { return end_of(head_); }
  const std::byte* front_end(std::uint64_t records) const {
    const std::byte* end = end_of(head_);
    if (records >= static_cast<std::size_t>(end - read_) / sizeof(Envelope)) return end;
    const std::byte* at = read_;
    for (; records > 0 && at != end; --records) at = reinterpret_cast<const Envelope*>(at)->end();
    return at;
  }

  /// Calls `use(std::span<std::byte>)` for each stretch of unread records, in order.
  template <class Use>
  void for_each_stretch(Use&& use) const {
    for (std::size_t i = head_; i < chunks_.size(); ++i) {
      if (begin_of(i) != end_of(i)) use(std::span{begin_of(i), end_of(i)});
    }
  }
  /// Calls `use(Envelope&)` for each unread record, in order. `use` must not append here.
  template <class Use>
  void for_each_record(Use&& use) const {
    for_each_stretch([&](std::span<std::byte> stretch) {
      for (std::byte* at = stretch.data(); at != stretch.data() + stretch.size();) {
        auto& record = *reinterpret_cast<Envelope*>(at);
        at += record.size;
        use(record);
      }
    });
  }
  /// Copies all unread records, `bytes()` of them.
  void copy_to(std::span<std::byte> room) const {
    for_each_stretch([&](std::span<const std::byte> stretch) {
      std::memcpy(room.data(), stretch.data(), stretch.size());
      room = room.subspan(stretch.size());
    });
  }
  /// Counts them one by one.
  std::size_t records() const {
    std::size_t sum = 0;
    for_each_record([&](const Envelope&) { ++sum; });
    return sum;
  }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for_each_stretch([&](std::span<std::byte> stretch) { sum += stretch.size(); });
    return sum;
  }

  void clear(ChunkPool& pool) {
    while (head_ != chunks_.size()) drop_front(pool);
  }

 private:
  std::byte* begin_of(std::size_t i) const { return i == head_ && read_ != nullptr ? read_ : chunks_[i].begin; }
  std::byte* end_of(std::size_t i) const {
    return i + 1 == chunks_.size() && write_ != nullptr ? write_ : chunks_[i].end;
  }

  void seal() {
    if (write_ != nullptr) chunks_.back().end = write_;
    write_ = limit_ = nullptr;
  }

  void add_chunk(std::size_t bytes, ChunkPool& pool) {
    const std::size_t unread = chunks_.size() - head_;
    const std::size_t wanted = unread == 0            ? first_chunk_bytes_
                               : unread < many_chunks ? ChunkPool::standard_bytes
                                                      : ChunkPool::large_bytes;
    seal();
    chunks_.push_back(pool.get(std::max(bytes, wanted)));
    write_ = chunks_.back().begin;
    limit_ = write_ + chunks_.back().capacity;
  }

  void drop_front(ChunkPool& pool) {
    pool.put(std::move(chunks_[head_]));
    ++head_;
    read_ = nullptr;
    if (head_ == chunks_.size()) {
      chunks_.clear();
      head_ = 0;
      write_ = limit_ = nullptr;
    } else if (head_ >= 64 && 2 * head_ >= chunks_.size()) {
      chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  static constexpr std::size_t many_chunks = 16;

  std::vector<Chunk> chunks_;  // those before head_ have been read
  std::size_t head_ = 0;
  std::size_t first_chunk_bytes_;
  std::byte* read_ = nullptr;   // in the first chunk; null: at its begin
  std::byte* write_ = nullptr;  // in the last chunk; null: it takes no more
  std::byte* limit_ = nullptr;
};

}  // namespace circo
