#include <algorithm>
#include <fstream>
#include <string>

#include <circo/kernels/cache.hpp>

namespace circo::kernels {

std::size_t last_level_cache() {
  // sysconf(_SC_LEVEL3_CACHE_SIZE) tells the sum over all parts of a socket on AMD.
  static const std::size_t bytes = [] {
    std::size_t largest = 0;
    for (int index = 0;; ++index) {
      std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
      std::size_t size = 0;
      char unit = ' ';
      if (!(file >> size >> unit)) break;
      largest = std::max(largest, size << (unit == 'M' ? 20 : unit == 'K' ? 10 : 0));
    }
    return largest > 0 ? largest : std::size_t{32} << 20;
  }();
  return bytes;
}

}  // namespace circo::kernels
