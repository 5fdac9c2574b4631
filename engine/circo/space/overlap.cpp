#include <algorithm>
#include <tuple>

#include <circo/space/overlap.hpp>

namespace circo {

std::vector<std::uint32_t> names_by_overlap(std::vector<Overlap> overlaps, std::uint32_t n) {
  auto pair = [](const Overlap& o) { return std::pair{o.part, o.place}; };
  std::ranges::stable_sort(overlaps, {}, pair);
  std::vector<Overlap> sums;
  for (const Overlap& each : overlaps) {
    if (sums.empty() || pair(sums.back()) != pair(each)) sums.push_back({each.part, each.place, 0});
    sums.back().weight += each.weight;
  }
  std::ranges::sort(sums, {}, [](const Overlap& o) { return std::tuple{-o.weight, o.part, o.place}; });
  constexpr std::uint32_t none = 0xFFFFFFFF;
  std::vector<std::uint32_t> names(n, none);
  std::vector<bool> taken(n, false);
  for (const Overlap& each : sums) {
    if (names[each.part] != none || taken[each.place]) continue;
    names[each.part] = each.place;
    taken[each.place] = true;
  }
  std::uint32_t free = 0;
  for (auto& name : names) {
    if (name != none) continue;
    while (taken[free]) ++free;
    name = free++;
  }
  return names;
}

}  // namespace circo
