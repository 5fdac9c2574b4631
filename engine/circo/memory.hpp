#pragma once

#include <cstdint>

namespace circo {

/// Bytes of memory that this process holds now; 0 where the system does not tell.
std::uint64_t resident_bytes();
/// The most that it has held.
std::uint64_t peak_resident_bytes();

/// Lets the allocator keep what is freed instead of giving it back to the system, as batches of every exchange would
/// else be paid for in page faults: 256 KiB took eight times as long as they travelled. Does nothing without glibc.
void keep_freed_memory();
/// Gives it back, and lets the allocator do so from now on.
void release_freed_memory();

/// From now on allocating more than `bytes` beyond what the process has fails (std::bad_alloc), before the system runs
/// out and kills it.
void limit_memory(std::uint64_t bytes);
/// Ends that, so that a failure can be reported: the limit is again what it was. May be called on any thread.
void lift_memory_limit();

}  // namespace circo
