#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <span>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/transport/shared_blocks.hpp>

namespace circo {

/// The first line of the file; the bytes follow.
struct alignas(64) SharedBlock::Head {
  std::atomic<std::uint32_t> in_use;
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
};

namespace {

/// Null when the system refuses.
void* map_file(int file, std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

/// Another process's file, or null, with errno set.
void* map_file_of(std::int64_t process, int file, std::size_t bytes) {
  const std::string path = fmt::format("/proc/{}/fd/{}", process, file);
  const int opened = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);  // it may be no block at all
  if (opened < 0) return nullptr;
  struct stat status {};
  const bool fits =
      fstat(opened, &status) == 0 && S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) >= bytes;
  void* memory = fits ? map_file(opened, bytes) : nullptr;
  const int reason = std::exchange(errno, 0);
  close(opened);
  errno = reason;
  return memory;
}

/// Tells a running kernel from all others; empty where it does not say.
std::array<char, 40> machine() {
  std::array<char, 40> id{};
  const int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return id;
  if (read(file, id.data(), id.size() - 1) < 0) id = {};
  close(file);
  return id;
}

}  // namespace

SharedBlock* SharedBlock::take(std::size_t bytes) {
  static std::deque<SharedBlock> blocks;
  bytes += sizeof(Head);
  SharedBlock* best = nullptr;  // the smallest that is large enough, or the largest
  for (SharedBlock& block : blocks) {
    if (block.in_use()) continue;
    block.rest();
    const auto better = [&](const SharedBlock& other) {
      const bool fits = block.file_bytes_ >= bytes, other_fits = other.file_bytes_ >= bytes;
      return fits != other_fits ? fits : fits == (block.file_bytes_ < other.file_bytes_);
    };
    if (best == nullptr || better(*best)) best = &block;
  }
  if (best == nullptr) {
    if (blocks.size() >= defaults::shared_blocks) return nullptr;
    SharedBlock block;
#ifdef __linux__
    block.file_ = memfd_create("circo", MFD_CLOEXEC);
#endif
    if (block.file_ < 0) return nullptr;
    best = &blocks.emplace_back(block);
  }
  if (best->file_bytes_ < bytes && !best->grow(std::bit_ceil(std::max(bytes, defaults::least_shared_block))))
    return nullptr;
  best->head_->in_use.store(1, std::memory_order_relaxed);
  best->passed_over_ = 0;
  return best;
}

void SharedBlock::rest() {
  if (++passed_over_ != defaults::shared_block_patience || file_bytes_ <= defaults::kept_shared_block) return;
#ifdef MADV_REMOVE
  madvise(head_, file_bytes_, MADV_REMOVE);  // zeroes it, also for those that have it mapped
#endif
}

bool SharedBlock::grow(std::size_t file_bytes) {
  rlimit limit{};  // beyond it comes a signal
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || file_bytes > limit.rlim_cur) return false;
  if (ftruncate(file_, static_cast<off_t>(file_bytes)) != 0) return false;
  void* memory = map_file(file_, file_bytes);
  if (memory == nullptr) return false;
  if (head_ != nullptr) munmap(head_, file_bytes_);
  head_ = static_cast<Head*>(memory);  // zeroed by the system, or as it was
  file_bytes_ = file_bytes;
  return true;
}

bool SharedBlock::in_use() const { return head_ != nullptr && head_->in_use.load(std::memory_order_acquire) != 0; }
std::byte* SharedBlock::data() const { return reinterpret_cast<std::byte*>(head_ + 1); }
std::size_t SharedBlock::capacity() const { return file_bytes_ - sizeof(Head); }
SharedBlock::Handle SharedBlock::hand_over() {
  head_->in_use.store(1, std::memory_order_release);
  return {file_, static_cast<std::uint32_t>(std::countr_zero(file_bytes_))};
}
void SharedBlock::give_back() { head_->in_use.store(0, std::memory_order_release); }

std::shared_ptr<std::byte[]> SharedBlock::receive(std::int64_t process, Handle handle) {
  struct Mapped {
    Head* head = nullptr;
    std::size_t bytes = 0;
  };
  static std::map<std::pair<std::int64_t, int>, Mapped> known;
  const std::size_t file_bytes = std::size_t{1} << handle.file_bytes_log2;
  Mapped& mapped = known[{process, handle.file}];
  if (mapped.bytes < file_bytes) {
    void* memory = map_file_of(process, handle.file, file_bytes);
    if (memory == nullptr)
      throw Error(fmt::format(
          "cannot map {} bytes of memory shared with process {} of this machine: {}; --shared-memory off does without",
          file_bytes, process, std::strerror(errno)));
    if (mapped.head != nullptr) munmap(mapped.head, mapped.bytes);  // nobody reads it: its owner had it back
    mapped = {static_cast<Head*>(memory), file_bytes};
  }
  Head* const head = mapped.head;
  if (head->in_use.load(std::memory_order_acquire) != 1)
    throw Error(fmt::format("process {} sent a block of shared memory that is not in use", process));
  return {reinterpret_cast<std::byte*>(head + 1),
          [head](std::byte*) { head->in_use.store(0, std::memory_order_release); }};
}

std::vector<std::int64_t> SharedBlock::sharers(const Topology& topology) {
  struct Card {
    std::array<char, 40> machine;
    std::int64_t process;
    std::int64_t file;  // -1: none
    std::uint64_t secret;
  };
  const std::size_t n = topology.neighbors().size();
  SharedBlock* const block = take(sizeof(Card::secret));
  const Card mine{machine(), getpid(), block == nullptr ? -1 : block->file_,
                  std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()};
  if (block != nullptr) std::memcpy(block->data(), &mine.secret, sizeof mine.secret);
  std::vector<Card> cards(n);
  mpi_check(
      MPI_Neighbor_allgather(&mine, sizeof mine, MPI_BYTE, cards.data(), sizeof mine, MPI_BYTE, topology.comm().get()));
  std::vector<char> readable(n), reads_mine(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Card& card = cards[i];
    if (card.machine != mine.machine || card.machine[0] == '\0' || card.file < 0) continue;
    constexpr std::size_t bytes = sizeof(Head) + sizeof card.secret;
    void* memory = map_file_of(card.process, static_cast<int>(card.file), bytes);
    if (memory == nullptr) continue;
    readable[i] = std::memcmp(static_cast<Head*>(memory) + 1, &card.secret, sizeof card.secret) == 0 ? 1 : 0;
    munmap(memory, bytes);
  }
  mpi_check(MPI_Neighbor_alltoall(readable.data(), 1, MPI_CHAR, reads_mine.data(), 1, MPI_CHAR, topology.comm().get()));
  if (block != nullptr) block->give_back();
  std::vector<std::int64_t> processes(n);
  for (std::size_t i = 0; i < n; ++i)
    if (readable[i] && reads_mine[i]) processes[i] = cards[i].process;
  return processes;
}

}  // namespace circo
