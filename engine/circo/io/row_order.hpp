#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// How entries of this rank are dealt out to all ranks: the first counts[0] to rank 0, the next counts[1] to rank 1 ...
class RowDeal {
 public:
  RowDeal() = default;
  /// *Collective.* `counts[ranks]`: entries of this rank for each.
  RowDeal(const Communicator& comm, std::vector<int> counts);

  /// *Collective.* What the ranks have for this one, in rank order.
  template <class T>
  std::vector<T> send(std::span<const T> entries) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> received(received_);
    exchange(entries.data(), received.data(), sizeof(T), sends_, receives_);
    return received;
  }
  /// *Collective.* The way back: an entry for each of those that came, in their order; in the order of those sent.
  template <class T>
  std::vector<T> answer(std::span<const T> entries) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> received(sent_);
    exchange(entries.data(), received.data(), sizeof(T), receives_, sends_);
    return received;
  }

 private:
  void exchange(const void* from, void* to, std::size_t size, const std::vector<int>& sends,
                const std::vector<int>& receives) const;

  const Communicator* comm_ = nullptr;
  std::vector<int> sends_, receives_;
  std::size_t sent_ = 0, received_ = 0;
};

/// The order of id of what all ranks have, one entry an id, and who writes which row of it.
class RowOrder {
 public:
  /// *Collective.* Deals the rows out in rank order, in equal shares that are multiples of `block` rows (the last ones
  /// less): a rank's share begins at a multiple of `block`, whoever had the entries before. The splitting ids are found
  /// exactly, by bisection of the id space with one small global sum a bit, so shares are equal however ids are
  /// distributed. Memory: 16 bytes an id, 48 while it
  /// is made. Throws Error, on every rank, when an id is 0 or comes twice. `comm` must
  /// outlive it.
  RowOrder(const Communicator& comm, std::span<const std::uint64_t> ids, std::uint64_t block);

  /// Rows `first()` .. `first() + ids().size() - 1` of `total()` are this rank's share, with these ids.
  std::uint64_t first() const { return first_; }
  std::uint64_t total() const { return total_; }
  std::span<const std::uint64_t> ids() const { return ids_; }
  /// Rows of the largest share.
  std::uint64_t most() const { return most_; }

  /// *Collective.* A column in this order: from the entries that this rank gave ids of, its share. It lies in `room`,
  /// or is `column` itself when that is in order already.
  template <class T>
  std::span<const T> apply(std::span<const T> column, std::vector<T>& room) const {
    column = permute(column, here_, room);
    if (comm_->size() == 1) return column;
    std::vector<T> arrived = deal_.send<T>(column);
    if (!arrived_.empty()) return permute<T>(arrived, arrived_, room);
    room = std::move(arrived);
    return room;
  }

  /// *Collective.* The rows of some ids, 2^32 - 1 of those that there are not.
  std::vector<std::uint32_t> rows_of(std::span<const std::uint64_t> ids) const;
  static constexpr std::uint32_t no_row = 0xFFFFFFFF;

  /// The rank whose share an id is in, or would be.
  int owner(std::uint64_t id) const;

 private:
  /// Entry order[i] in place i, in `room`; as it is when `order` is empty.
  template <class T>
  static std::span<const T> permute(std::span<const T> column, const std::vector<std::uint32_t>& order,
                                    std::vector<T>& room) {
    if (order.empty()) return column;
    room.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i + ahead < order.size()) __builtin_prefetch(&column[order[i + ahead]]);
      room[i] = column[order[i]];
    }
    return room;
  }

  static constexpr std::size_t ahead = 32;  // entries that are fetched from memory at once

  const Communicator* comm_;
  std::vector<std::uint32_t> here_, arrived_;  // orders of what is here and of what arrives; empty: already in order
  std::vector<std::uint64_t> splitters_;       // share r + 1 begins with the first id that is not below splitters_[r]
  RowDeal deal_;
  std::vector<std::uint64_t> ids_;
  std::uint64_t first_ = 0, total_ = 0, most_ = 0;
};

/// *Collective.* For each target the least key below which at least so many of all ranks' sorted `keys` lie; 2^64 - 1
/// when there is none.
std::vector<std::uint64_t> find_splitters(const Communicator& comm, std::span<const std::uint64_t> keys,
                                          std::span<const std::int64_t> targets);

}  // namespace circo
