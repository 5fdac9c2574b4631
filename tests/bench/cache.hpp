#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace circo::bench {

/// Bytes of the largest cache that the first processor sees, as Linux tells it; 32 MiB where nothing does.
/// (sysconf(_SC_LEVEL3_CACHE_SIZE) tells the sum over all parts of a socket on AMD.)
inline std::size_t last_level_cache() {
  std::size_t largest = 0;
  for (int index = 0;; ++index) {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
    std::size_t size = 0;
    char unit = ' ';
    if (!(file >> size >> unit)) break;
    largest = std::max(largest, size << (unit == 'M' ? 20 : unit == 'K' ? 10 : 0));
  }
  return largest > 0 ? largest : std::size_t{32} << 20;
}

}  // namespace circo::bench
