#include <algorithm>
#include <array>

#include <circo/kernels/chunks.hpp>

namespace circo::kernels {

Chunks::Chunks(std::span<const Index> segment_offsets) {
  if (segment_offsets.empty()) return;
  if (segment_offsets.front() != 0 || !std::ranges::is_sorted(segment_offsets)) {
    throw std::invalid_argument("Chunks: segment offsets must ascend from 0");
  }
  n_rows_ = segment_offsets.back();
  std::vector<std::array<Index, 2>> chunks;
  for (std::size_t s = 0; s + 1 < segment_offsets.size(); ++s) {
    const Index end = segment_offsets[s + 1];
    for (Index begin = segment_offsets[s]; begin < end;) {
      const Index next = begin + std::min(chunk_rows, end - begin);
      chunks.push_back({begin, next});
      begin = next;
    }
  }
  Kokkos::View<Index* [2], Kokkos::LayoutRight, Memory> bounds("circo::Chunks", chunks.size());
  const auto mirror = Kokkos::create_mirror_view(bounds);
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    mirror(c, 0) = chunks[c][0];
    mirror(c, 1) = chunks[c][1];
  }
  Kokkos::deep_copy(bounds, mirror);
  bounds_ = bounds;
}

}  // namespace circo::kernels
