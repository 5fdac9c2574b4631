#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <circo/transport/topology.hpp>

namespace circo {

/// Memory that other processes of the machine read in place: this one writes a block and hands it over, the reader
/// gives it back. It is an anonymous file, which a reader finds under /proc by the numbers of process and file, so that
/// nothing of it is left when the processes are gone. Blocks are kept for their next use, to the end of the program;
/// the memory of large ones that are used no more is given back.
class SharedBlock {
 public:
  /// What another process finds a block by, besides the number of this one.
  struct Handle {
    std::int32_t file = -1;  ///< -1: no block
    std::uint32_t file_bytes_log2 = 0;
  };

  /// A block for `bytes` bytes, or null where the system gives none or too many are in use.
  static SharedBlock* take(std::size_t bytes);
  /// The block that another process has handed over; its bytes are valid while the result lives, and then it is given
  /// back. Throws Error when it cannot be mapped.
  static std::shared_ptr<std::byte[]> receive(std::int64_t process, Handle handle);

  /// 64-byte aligned.
  std::byte* data() const;
  std::size_t capacity() const;
  /// The bytes are written: from now on it is the reader's, who is told the handle by other means.
  Handle hand_over();
  /// Instead of handing it over.
  void give_back();

  /// *Collective.* Process numbers of the topology's neighbors, in their order; 0 for those that do not share memory
  /// with this process, in both directions: on another machine, or kept apart by its system.
  static std::vector<std::int64_t> sharers(const Topology& topology);

 private:
  struct Head;
  bool grow(std::size_t file_bytes);
  bool in_use() const;

  void rest();

  int file_ = -1;  // its size is a power of two
  Head* head_ = nullptr;
  std::size_t file_bytes_ = 0;
  int passed_over_ = 0;  // since its last use, for others
};

}  // namespace circo
