#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <span>
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

/// Keeps a few chunks of the standard size for their next use. Each scheduler has one, so it needs no lock.
class ChunkPool {
 public:
  /// Two of these and the actors of a small model fit into a first-level cache.
  static constexpr std::size_t standard_bytes = 16 << 10;

  Chunk get(std::size_t bytes) {
    if (bytes == standard_bytes && !spare_.empty()) {
      Chunk chunk = std::move(spare_.back());
      spare_.pop_back();
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
    if (chunk.capacity != standard_bytes || spare_.size() >= max_spare) return;
    chunk.begin = chunk.end = chunk.memory.get();  // begin has moved when it was spliced half read
    spare_.push_back(std::move(chunk));
  }

 private:
  static constexpr std::size_t max_spare = 64;
  std::vector<Chunk> spare_;
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
  std::byte* append_in_chunk(std::size_t bytes) {
    std::byte* record = write_;
    write_ += bytes;
    ++appended_;
    return record;
  }

  /// Appends a copy of whole records.
  void append_copy(std::span<const std::byte> bytes, std::size_t records, ChunkPool& pool) {
    if (records == 0) return;
    std::memcpy(append(bytes.size(), pool), bytes.data(), bytes.size());
    appended_ += records - 1;
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
    appended_ += other.records();
    other.chunks_.clear();
    other.head_ = 0;
    other.read_ = nullptr;
    other.appended_ = other.consumed_ = 0;
  }

  /// Appends `records` records that lie at `bytes`, without copying; `owner` keeps them alive.
  void append_view(std::span<std::byte> bytes, std::size_t records, std::shared_ptr<void> owner) {
    seal();
    Chunk chunk;
    chunk.begin = bytes.data();
    chunk.end = bytes.data() + bytes.size();
    chunk.owner = std::move(owner);
    chunks_.push_back(std::move(chunk));
    appended_ += records;
  }

  bool empty() const { return appended_ == consumed_; }
  std::size_t records() const { return appended_ - consumed_; }

  /// The first record, or null. It stays in place until the next call of `front`, also when popped.
  Envelope* front(ChunkPool& pool) {
    while (head_ != chunks_.size()) {
      if (read_ == nullptr) read_ = chunks_[head_].begin;
      if (read_ != end_of(head_)) return reinterpret_cast<Envelope*>(read_);
      drop_front(pool);
    }
    return nullptr;
  }
  void pop_front(const Envelope* first) { pop_front(first->end(), 1); }
  /// Takes off the first `records` records, which lie together up to `end`.
  void pop_front(const std::byte* end, std::size_t records) {
    read_ = const_cast<std::byte*>(end);
    consumed_ += records;
  }
  /// The end of the records that lie together with the first one, of those there are now and at most `records`.
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
      std::byte* begin = i == head_ && read_ != nullptr ? read_ : chunks_[i].begin;
      if (begin != end_of(i)) use(std::span{begin, end_of(i)});
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
  std::size_t bytes() const {
    std::size_t sum = 0;
    for_each_stretch([&](std::span<std::byte> stretch) { sum += stretch.size(); });
    return sum;
  }

  void clear(ChunkPool& pool) {
    while (head_ != chunks_.size()) drop_front(pool);
    appended_ = consumed_ = 0;
  }

 private:
  std::byte* end_of(std::size_t i) const {
    return i + 1 == chunks_.size() && write_ != nullptr ? write_ : chunks_[i].end;
  }

  void seal() {
    if (write_ != nullptr) chunks_.back().end = write_;
    write_ = limit_ = nullptr;
  }

  void add_chunk(std::size_t bytes, ChunkPool& pool) {
    const std::size_t wanted = head_ == chunks_.size() ? first_chunk_bytes_ : ChunkPool::standard_bytes;
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

  std::vector<Chunk> chunks_;  // those before head_ have been read
  std::size_t head_ = 0;
  std::size_t first_chunk_bytes_;
  std::byte* read_ = nullptr;   // in the first chunk; null: at its begin
  std::byte* write_ = nullptr;  // in the last chunk; null: it takes no more
  std::byte* limit_ = nullptr;
  std::size_t appended_ = 0;
  std::size_t consumed_ = 0;
};

}  // namespace circo
