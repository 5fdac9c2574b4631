#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <circo/actor/addr.hpp>
#include <circo/scheduler/huge_pages.hpp>

namespace circo {

/// The energies that infotons leave at one scheduler, added up by edge while they arrive: an epoch takes memory for its
/// edges, however many messages it has. Open addressing, linear probing, load at most 2/3.
class alignas(64) EdgeSums {  // no line is shared by two schedulers' threads
 public:
  static constexpr std::uint32_t no_edge = 0xFFFFFFFF;
  struct Sum {
    Addr self;  ///< the receiver; Addr{}: a free cell
    Addr partner;
    float energy;
    std::uint32_t edge;  ///< the owner's number for it, or no_edge: one that it has not met yet
  };
  static_assert(sizeof(Sum) == 24);

  /// The sum of an edge is taken in the order of its infotons.
  void add(Addr self, Addr partner, float energy) {
    waiting_[n_waiting_++] = {self, partner, energy, no_edge};
    if (n_waiting_ == waiting_.size()) absorb();
  }

  /// All cells, free ones too, in an order that depends on the history. Pointers hold until the next change.
  std::span<Sum> cells() {
    absorb();
    return cells_;
  }
  /// The cell of an edge, made if need be.
  Sum& at(Addr self, Addr partner);
  /// Forgets all but these edges, which get numbers in their order; energies that have been added since
  /// `clear_energies` stay. `Edge` has the members self and partner.
  template <class Edge>
  void renumber(std::span<const Edge> edges);
  void clear_energies() {
    for (Sum& cell : cells()) cell.energy = 0;
  }

 private:
  [[gnu::noinline]] void absorb();
  std::size_t slot(Addr self, Addr partner) const {
    const std::uint64_t h = self.bits() * 0x9E3779B97F4A7C15ull;
    return ((h ^ h >> 32) + partner.bits()) * 0xD6E8FEB86659FD93ull >> shift_;
  }
  /// The cell of an edge, looked for from cell i on, made if need be. There is room.
  Sum& cell(std::size_t i, Addr self, Addr partner) {
    for (; cells_[i].self; i = (i + 1) & (cells_.size() - 1))
      if (cells_[i].self == self && cells_[i].partner == partner) return cells_[i];
    ++used_;
    return cells_[i] = {self, partner, 0, no_edge};
  }
  void resize(std::size_t cells);
  void make_room(std::size_t edges) {
    if (2 * edges > cells_.size()) resize(std::bit_ceil(2 * edges + 16));
  }

  std::size_t n_waiting_ = 0;
  std::array<Sum, 64> waiting_;  // so that their cache misses are under way together
  RandomAccessVector<Sum> cells_;
  std::size_t used_ = 0;
  int shift_ = 0;
};

template <class Edge>
void EdgeSums::renumber(std::span<const Edge> edges) {
  absorb();
  const RandomAccessVector<Sum> old = std::exchange(cells_, {});
  used_ = 0;
  make_room(edges.size());
  std::uint32_t number = 0;
  for (const Edge& edge : edges) at(edge.self, edge.partner).edge = number++;
  for (const Sum& sum : old)
    if (sum.energy != 0) at(sum.self, sum.partner).energy = sum.energy;
}

}  // namespace circo
