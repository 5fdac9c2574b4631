#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include <circo/transport/layout.hpp>
#include <circo/transport/shared_blocks.hpp>
#include <circo/transport/topology.hpp>

namespace circo {

/// Bytes from one scheduler to another, as they lie in a batch: this head, then `bytes` bytes (padded to 8).
struct SectionHead {
  SchedulerId from;
  SchedulerId to;
  std::uint64_t bytes;
  std::uint64_t count;  ///< of what the bytes hold, for the one who reads them
};

/// A section that has arrived. `data` is 8-byte aligned and valid while `owner` lives.
struct Section {
  SectionHead head;
  std::span<std::byte> data;
  std::shared_ptr<void> owner;
};

/// Moves batches of sections between the ranks. An exchange is one MPI_Ineighbor_alltoall of a fixed first block a
/// neighbor, which holds the batch when it fits; else only its size and, on one machine, where the batch lies in shared
/// memory, to be read in place; between machines it follows in messages of at most `transfer_bytes`. Sections for ranks
/// that are no neighbors are passed on by those that get them, with their next exchange. Two sections between the same
/// schedulers arrive in the order in which they were added.
class Exchange {
 public:
  struct Settings {
    std::size_t first_block_bytes;  ///< multiple of 8, at least 16
    std::size_t transfer_bytes;     ///< multiple of 8
    bool share_memory = true;       ///< with the ranks of the same machine, where its system lets them
  };
  /// *Collective.*
  Exchange(const Topology& topology, const Layout& layout, Settings settings);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Adds a section to the next exchange; the caller fills the returned bytes before it adds another. Local.
  std::span<std::byte> add(const SectionHead& head);

  /// *Collective.* Starts an exchange with what has been added, and returns at once.
  void start();
  /// Exchanges started and not finished.
  int in_flight() const { return static_cast<int>(flights_.size()); }
  /// Whether the oldest exchange's first blocks have arrived, so that `finish` waits for no rank that is behind. Local.
  bool ready();
  /// *Collective.* Waits until the oldest exchange is done, and returns what of it is for this rank's schedulers.
  std::vector<Section> finish();

  /// *Collective.* Exchanges until all that has been added anywhere has arrived, over as many hops as that takes;
  /// nothing may be in flight before. Sorted by (from, to), which with one section a pair is the same on every layout.
  std::vector<Section> deliver();

  /// Sections that wait here to be passed on to another rank.
  std::uint64_t through_sections() const { return through_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  struct Release {
    SharedBlock* block;  // null, as by default: on the heap
    void operator()(std::byte* data) const { block != nullptr ? block->give_back() : std::free(data); }
  };
  using Memory = std::unique_ptr<std::byte[], Release>;
  static Memory on_heap(std::size_t bytes);
  /// Uninitialised bytes that grow.
  struct Batch {
    Memory data;
    std::size_t size = 0;
    std::size_t capacity = 0;
    /// `shared`: in shared memory, if there is any.
    std::span<std::byte> extend(std::size_t bytes, bool shared);
  };
  struct Flight {
    std::vector<Batch> batches;  // by neighbor; kept until finished
    std::unique_ptr<std::byte[]> out;
    std::shared_ptr<std::byte[]> in;
    Batch home;  // sections between schedulers of this rank
    MPI_Request blocks = MPI_REQUEST_NULL;
    std::vector<std::shared_ptr<std::byte[]>> large;  // by neighbor; where what does not fit into the first block lies
    std::vector<MPI_Request> transfers;
  };
  std::size_t room_in_block() const { return settings_.first_block_bytes - sizeof(std::uint64_t); }
  void transfer_out(Flight& flight, std::size_t neighbor);
  void transfer_in(Flight& flight, std::size_t neighbor, std::size_t total);
  void open(std::span<std::byte> batch, const std::shared_ptr<void>& owner, std::vector<Section>& arrived);

  const Topology& topology_;
  Layout layout_;
  Settings settings_;
  std::vector<std::int64_t> sharers_;  // by neighbor: its process, if that shares memory with this one
  std::vector<Batch> next_;            // by neighbor
  Batch next_home_;
  std::deque<Flight> flights_;
  std::uint64_t through_ = 0;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace circo
