#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include <sys/mman.h>

namespace circo {

/// Aligned to 64 bytes; blocks of several MiB in huge pages where the system gives them, so that random access does not
/// miss the TLB each time. To be freed with std::free. Throws std::bad_alloc.
inline void* allocate_for_random_access(std::size_t bytes) {
  constexpr std::size_t huge_page = std::size_t{2} << 20;
  const std::size_t align = bytes >= 2 * huge_page ? huge_page : 64;
  void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (memory == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (align == huge_page) madvise(memory, bytes, MADV_HUGEPAGE);  // advice: it does not matter whether it is taken
#endif
  return memory;
}

/// For tables that are looked into at random.
template <class T>
struct RandomAccessAllocator {
  using value_type = T;
  RandomAccessAllocator() = default;
  template <class Other>
  explicit RandomAccessAllocator(const RandomAccessAllocator<Other>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_for_random_access(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t) { std::free(memory); }
  friend bool operator==(const RandomAccessAllocator&, const RandomAccessAllocator&) { return true; }
};
template <class T>
using RandomAccessVector = std::vector<T, RandomAccessAllocator<T>>;

}  // namespace circo
