#include <array>
#include <climits>
#include <cstdio>
#include <mutex>
#include <optional>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>
#include <unistd.h>

#include <circo/memory.hpp>

namespace circo {

namespace {

/// Pages, as /proc/self/statm gives them: size, resident, shared, text, library, data, dirty. All 0 where there is
/// none.
std::array<unsigned long long, 7> memory_pages() {
  std::array<unsigned long long, 7> pages{};
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return pages;
  for (auto& value : pages)
    if (std::fscanf(file, "%llu", &value) != 1) break;
  std::fclose(file);
  return pages;
}

std::mutex limit_mutex;
std::optional<rlim_t> limit_before;  // while limit_memory's is in force

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

std::uint64_t resident_bytes() { return memory_pages()[1] * page_bytes(); }

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that glibc takes
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void release_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);  // glibc's own values, as it does not tell those that were set
  mallopt(M_TRIM_THRESHOLD, 128 << 10);
  malloc_trim(0);
#endif
}

void limit_memory(std::uint64_t bytes) {
  lift_memory_limit();
  rlimit limit{};
  const std::uint64_t data = memory_pages()[5] * page_bytes();
  if (data == 0 || getrlimit(RLIMIT_DATA, &limit) != 0) return;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= data + bytes) return;
  const std::lock_guard lock{limit_mutex};
  limit_before = limit.rlim_cur;
  limit.rlim_cur = data + bytes;
  if (setrlimit(RLIMIT_DATA, &limit) != 0) limit_before.reset();
}

void lift_memory_limit() {
  const std::lock_guard lock{limit_mutex};
  rlimit limit{};
  if (!limit_before || getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = *limit_before;
  limit_before.reset();
  setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace circo
