#include <circo/space/edge_sums.hpp>

namespace circo {

EdgeSums::Sum& EdgeSums::at(Addr self, Addr partner) {
  make_room(used_ + 1);
  return cell(slot(self, partner), self, partner);
}

void EdgeSums::absorb() {
  const std::size_t n = std::exchange(n_waiting_, 0);
  make_room(used_ + n);
  std::array<std::size_t, std::tuple_size_v<decltype(waiting_)>> slots;
  for (std::size_t k = 0; k < n; ++k) {
    slots[k] = slot(waiting_[k].self, waiting_[k].partner);
    __builtin_prefetch(&cells_[slots[k]], 1);
  }
  for (std::size_t k = 0; k < n; ++k)
    cell(slots[k], waiting_[k].self, waiting_[k].partner).energy += waiting_[k].energy;
}

void EdgeSums::resize(std::size_t cells) {
  const RandomAccessVector<Sum> old = std::exchange(cells_, RandomAccessVector<Sum>(cells));
  shift_ = 64 - std::countr_zero(cells);
  used_ = 0;
  for (const Sum& sum : old)
    if (sum.self) at(sum.self, sum.partner) = sum;
}

}  // namespace circo
