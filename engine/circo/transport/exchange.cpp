#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/scheduler/huge_pages.hpp>
#include <circo/transport/exchange.hpp>

namespace circo {

namespace {
constexpr int transfer_tag = 1;
constexpr std::size_t padded8(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }
}  // namespace

// Fresh memory of large batches comes in huge pages, each of which faults only once.
Exchange::Memory Exchange::on_heap(std::size_t bytes) {
  return Memory{static_cast<std::byte*>(allocate_for_random_access(bytes))};
}

std::span<std::byte> Exchange::Batch::extend(std::size_t bytes, bool shared) {
  if (size + bytes > capacity) {
    capacity = std::max({size + bytes, 2 * capacity, std::size_t{1024}});
    SharedBlock* const block = shared ? SharedBlock::take(capacity) : nullptr;
    if (block != nullptr) capacity = block->capacity();
    Memory larger = block != nullptr ? Memory{block->data(), {block}} : on_heap(capacity);
    if (size != 0) std::memcpy(larger.get(), data.get(), size);
    data = std::move(larger);
  }
  std::span<std::byte> added{data.get() + size, bytes};
  size += bytes;
  return added;
}

Exchange::Exchange(const Topology& topology, const Layout& layout, Settings settings)
    : topology_{topology}, layout_{layout}, settings_{settings}, next_(topology.neighbors().size()) {
  if (settings.share_memory) {
    sharers_ = SharedBlock::sharers(topology);
  } else {
    sharers_.resize(next_.size());
  }
}

Exchange::~Exchange() {
  // A run ends with all exchanges finished, unless an error unwinds it. Then receivers may never fetch what is under
  // way, and MPI cannot cancel it: the buffers are kept to the end of the program.
  // Allocated, as MPI is finalized after objects with static storage are destroyed.
  static auto& abandoned = *std::make_unique<std::deque<Flight>>().release();
  for (auto& flight : flights_) abandoned.push_back(std::move(flight));
}

std::span<std::byte> Exchange::add(const SectionHead& head) {
  const int host = layout_.host(head.to);
  const std::size_t bytes = sizeof(SectionHead) + padded8(head.bytes);
  std::span<std::byte> room;
  if (host == layout_.rank) {
    room = next_home_.extend(bytes, false);
  } else {
    const std::size_t neighbor = topology_.next_hop(host);
    Batch& batch = next_[neighbor];
    room = batch.extend(bytes, sharers_[neighbor] != 0 && batch.size + bytes > room_in_block());
  }
  std::memcpy(room.data(), &head, sizeof head);
  return room.subspan(sizeof head, head.bytes);
}

void Exchange::start() {
  Flight& flight = flights_.emplace_back();
  flight.home = std::exchange(next_home_, {});
  through_ = 0;
  const std::size_t neighbors = next_.size();
  if (neighbors == 0) return;
  flight.batches.swap(next_);
  next_.resize(neighbors);
  const std::size_t block_bytes = settings_.first_block_bytes;
  flight.out = std::make_unique_for_overwrite<std::byte[]>(neighbors * block_bytes);
  flight.in = std::make_shared_for_overwrite<std::byte[]>(neighbors * block_bytes);
  for (std::size_t i = 0; i < neighbors; ++i) {
    Batch& batch = flight.batches[i];
    const std::uint64_t bytes = batch.size;
    std::byte* out = flight.out.get() + i * block_bytes;
    std::memcpy(out, &bytes, sizeof bytes);
    if (bytes <= room_in_block()) {
      if (bytes != 0) std::memcpy(out + sizeof bytes, batch.data.get(), bytes);
    } else {
      SharedBlock::Handle handle;  // of no block: it follows in messages
      if (SharedBlock* const block = batch.data.get_deleter().block; block != nullptr) {
        handle = block->hand_over();
        batch.data.release();
      } else {
        transfer_out(flight, i);
      }
      std::memcpy(out + sizeof bytes, &handle, sizeof handle);
    }
    bytes_sent_ += bytes;
  }
  const int count = static_cast<int>(block_bytes);
  mpi_check(MPI_Ineighbor_alltoall(flight.out.get(), count, MPI_BYTE, flight.in.get(), count, MPI_BYTE,
                                   topology_.comm().get(), &flight.blocks));
}

void Exchange::transfer_out(Flight& flight, std::size_t neighbor) {
  const Batch& batch = flight.batches[neighbor];
  for (std::size_t at = 0; at < batch.size; at += settings_.transfer_bytes) {
    const std::size_t bytes = std::min(settings_.transfer_bytes, batch.size - at);
    mpi_check(MPI_Isend(batch.data.get() + at, static_cast<int>(bytes), MPI_BYTE, topology_.neighbors()[neighbor],
                        transfer_tag, topology_.comm().get(), &flight.transfers.emplace_back()));
  }
}

void Exchange::transfer_in(Flight& flight, std::size_t neighbor, std::size_t total) {
  auto& data = flight.large[neighbor] = on_heap(total);
  for (std::size_t at = 0; at < total; at += settings_.transfer_bytes) {
    const std::size_t bytes = std::min(settings_.transfer_bytes, total - at);
    mpi_check(MPI_Irecv(data.get() + at, static_cast<int>(bytes), MPI_BYTE, topology_.neighbors()[neighbor],
                        transfer_tag, topology_.comm().get(), &flight.transfers.emplace_back()));
  }
}

bool Exchange::ready() {
  if (flights_.empty()) return false;
  int done = 0;
  mpi_check(MPI_Request_get_status(flights_.front().blocks, &done, MPI_STATUS_IGNORE));
  return done != 0;
}

std::vector<Section> Exchange::finish() {
  Flight& flight = flights_.front();
  std::vector<Section> arrived;
  if (flight.home.size != 0) {
    std::shared_ptr<std::byte[]> home = std::move(flight.home.data);
    open({home.get(), flight.home.size}, home, arrived);
  }
  mpi_check(MPI_Wait(&flight.blocks, MPI_STATUS_IGNORE));
  const std::size_t block = settings_.first_block_bytes;
  const std::size_t neighbors = flight.batches.size();
  flight.large.resize(neighbors);
  auto bytes_from = [&](std::size_t i) {
    std::uint64_t bytes;
    std::memcpy(&bytes, flight.in.get() + i * block, sizeof bytes);
    return bytes;
  };
  for (std::size_t i = 0; i < neighbors; ++i) {
    if (bytes_from(i) <= room_in_block()) continue;
    SharedBlock::Handle handle;
    std::memcpy(&handle, flight.in.get() + i * block + sizeof(std::uint64_t), sizeof handle);
    if (handle.file >= 0) {
      flight.large[i] = SharedBlock::receive(sharers_[i], handle);
    } else {
      transfer_in(flight, i, bytes_from(i));
    }
  }
  // For what it sends, too: MPI may move large messages only while both sides are in its calls, so that the neighbor
  // would else wait for the next drain to end, and the two would take turns.
  mpi_check(MPI_Waitall(static_cast<int>(flight.transfers.size()), flight.transfers.data(), MPI_STATUSES_IGNORE));
  for (std::size_t i = 0; i < neighbors; ++i) {
    const std::size_t bytes = bytes_from(i);
    if (flight.large[i]) {
      open({flight.large[i].get(), bytes}, flight.large[i], arrived);
    } else {
      open({flight.in.get() + i * block + sizeof(std::uint64_t), bytes}, flight.in, arrived);
    }
  }
  flights_.pop_front();
  return arrived;
}

void Exchange::open(std::span<std::byte> batch, const std::shared_ptr<void>& owner, std::vector<Section>& arrived) {
  while (!batch.empty()) {
    SectionHead head;
    std::memcpy(&head, batch.data(), sizeof head);
    const auto data = batch.subspan(sizeof head, head.bytes);
    if (layout_.is_here(head.to)) {
      arrived.push_back({head, data, owner});
    } else {
      std::ranges::copy(data, add(head).begin());
      ++through_;
    }
    batch = batch.subspan(sizeof head + padded8(head.bytes));
  }
}

std::vector<Section> Exchange::deliver() {
  std::vector<Section> all;
  int rounds = std::max(1, topology_.max_hops());
  for (; rounds > 0; --rounds) {
    start();
    auto arrived = finish();
    all.insert(all.end(), std::make_move_iterator(arrived.begin()), std::make_move_iterator(arrived.end()));
  }
  std::ranges::stable_sort(all, {}, [](const Section& s) { return std::pair{s.head.from, s.head.to}; });
  return all;
}

}  // namespace circo
