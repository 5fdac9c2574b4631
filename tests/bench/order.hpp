#pragma once

#include <cstdint>
#include <vector>

#include <circo/actor/random.hpp>

namespace circo::bench {

/// 0 .. n-1, in their order or shuffled (Fisher-Yates).
inline std::vector<std::uint32_t> order_of(std::size_t n, bool shuffled) {
  std::vector<std::uint32_t> order(n);
  for (std::uint32_t i = 0; i < n; ++i) order[i] = i;
  Random random{1, 0};
  if (shuffled)
    for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace circo::bench
