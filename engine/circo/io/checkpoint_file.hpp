#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <circo/actor/state_stream.hpp>
#include <circo/io/hdf5.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// Parts of what a checkpoint keeps of a scheduler, in this order.
enum class CheckpointPart { core, actors, mail, outboxes, plugins };
inline constexpr std::size_t checkpoint_parts = 5;

/// Where what is kept of a scheduler lies in the data.
struct CheckpointBlock {
  std::uint64_t actors = 0;
  std::array<std::uint64_t, checkpoint_parts + 1> at{};  ///< begin of each part, end of the last
};

/// What a checkpoint says of itself; the same on every rank.
struct CheckpointHead {
  std::string version, git;  ///< of circo
  std::string model;
  std::string config;  ///< the text of config.toml
  std::string layout;  ///< of what the engine saves as bytes: a line per type
  std::string types;   ///< of actors and messages: a line per type with name, size and layout
  std::uint64_t superstep = 0;
  std::uint64_t epoch = 0;               ///< closed
  Bytes common;                          ///< state that all ranks share
  std::vector<std::uint32_t> addresses;  ///< given out at each home that there has ever been
  std::vector<CheckpointBlock> blocks;   ///< by scheduler
};

/// Number of the file's format; a program that reads another number refuses the file. It is to be raised by one with
/// every change after which the bytes of a checkpoint mean something else: attributes and datasets of the file, the
/// order in which the engine or one of its plugins saves what it has, a member of what they save that is added,
/// removed, moved, or means something else. Sizes and members of most such types are compared, too (run/state_layout),
/// as this is easily forgotten.
inline constexpr std::int32_t checkpoint_format = 6;

/// *Collective.* Writes a checkpoint, with parallel HDF5: attributes of the root group, datasets `common`, `addresses`,
/// `blocks` and `data`. `write_block(StateWriter&, scheduler)` is called for the blocks [first, first + count), which
/// are this rank's, and must write as many bytes as the head says. What is not written yet is held in a buffer of
/// defaults::slice_bytes. The file is first PATH.part; then sealed, synced and renamed, so that under its own name it
/// is never incomplete. Throws Error on all ranks; a failure leaves nothing behind.
void write_checkpoint(const Communicator& world, const std::filesystem::path& path, const CheckpointHead& head,
                      std::size_t first, std::size_t count,
                      const std::function<void(StateWriter&, std::size_t scheduler)>& write_block);

/// A checkpoint for reading, whose seal has been found right.
class CheckpointFile {
 public:
  /// *Collective.* Throws Error on all ranks.
  CheckpointFile(const Communicator& world, const std::filesystem::path& path);

  const CheckpointHead& head() const { return head_; }
  /// Local. Must not outlive the file.
  std::unique_ptr<StateReader> part(std::size_t scheduler, CheckpointPart part) const;

 private:
  template <class Value>
  void read_all(const char* name, hid_t type, hsize_t numbers, std::vector<Value>& values) const;

  H5File file_;
  H5Dataset data_;
  CheckpointHead head_;
};

}  // namespace circo
