#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <circo/transport/rank.hpp>

namespace circo {

/// What a unit of traffic costs between two schedulers of the same rank, of two ranks of the same node, and of two
/// nodes.
using LevelWeights = std::array<double, 3>;

/// The machine's levels, seen from schedulers.
class Levels {
 public:
  /// `nodes`: of each rank, by any number.
  Levels(SchedulerId per_rank, std::vector<int> nodes, LevelWeights weights)
      : per_rank_{per_rank}, nodes_{std::move(nodes)}, weights_{weights} {}
  /// *Collective.* A node is what shares memory.
  Levels(const Rank& rank, LevelWeights weights);

  /// In units of the first weight; 0 at home.
  double cost(SchedulerId a, SchedulerId b) const {
    if (a == b) return 0;
    const std::size_t one = a / per_rank_, other = b / per_rank_;
    return weights_[one == other ? 0 : nodes_[one] == nodes_[other] ? 1 : 2] / weights_[0];
  }
  SchedulerId schedulers() const { return per_rank_ * ranks(); }
  SchedulerId ranks() const { return static_cast<SchedulerId>(nodes_.size()); }
  SchedulerId per_rank() const { return per_rank_; }
  int node(SchedulerId rank) const { return nodes_[rank]; }
  /// Whether it matters at all who is where.
  bool matter() const { return weights_[1] != weights_[0] || weights_[2] != weights_[0]; }

 private:
  SchedulerId per_rank_;
  std::vector<int> nodes_;
  LevelWeights weights_;
};

/// Traffic between two parts, each pair once.
struct PartTraffic {
  std::uint32_t a, b;
  double weight;
};

/// Gives parts other schedulers, `names` [parts] a permutation, as long as swapping two of them, or all of two ranks,
/// makes the traffic cheaper. Local, the same from the same input; O(pairs * (schedulers a rank + ranks a node)) for
/// each round.
void arrange(std::span<const PartTraffic> traffic, const Levels& levels, std::vector<std::uint32_t>& names);

}  // namespace circo
