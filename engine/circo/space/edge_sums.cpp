#include <circo/space/edge_sums.hpp>

namespace circo {

EdgeSums::Sum& EdgeSums::at(Addr self, Addr partner) {
  make_room(used_ + 1);
  std::size_t i = slot(self, partner);
  for (; cells_[i].self; i = (i + 1) & (cells_.size() - 1))
    if (cells_[i].self == self && cells_[i].partner == partner) return cells_[i];
  ++used_;
  return cells_[i] = {self, partner, 0, no_edge};
}

void EdgeSums::absorb() {
  const std::span<const Sum> waiting{waiting_.data(), std::exchange(n_waiting_, 0)};
  make_room(used_ + waiting.size());
  for (const Sum& sum : waiting) __builtin_prefetch(&cells_[slot(sum.self, sum.partner)], 1);
  for (const Sum& sum : waiting) at(sum.self, sum.partner).energy += sum.energy;
}

void EdgeSums::resize(std::size_t cells) {
  const RandomAccessVector<Sum> old = std::exchange(cells_, RandomAccessVector<Sum>(cells));
  shift_ = 64 - std::countr_zero(cells);
  used_ = 0;
  for (const Sum& sum : old)
    if (sum.self) at(sum.self, sum.partner) = sum;
}

}  // namespace circo
