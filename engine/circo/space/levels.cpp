#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include <circo/defaults.hpp>
#include <circo/space/levels.hpp>

namespace circo {

Levels::Levels(const Rank& rank, LevelWeights weights) : per_rank_{rank.layout().per_rank}, weights_{weights} {
  const Communicator& world = rank.world();
  MPI_Comm shared;
  mpi_check(MPI_Comm_split_type(world.get(), MPI_COMM_TYPE_SHARED, world.rank(), MPI_INFO_NULL, &shared));
  const Communicator node{shared};
  int first = world.rank();
  mpi_check(MPI_Bcast(&first, 1, MPI_INT, 0, node.get()));
  const auto all = world.gather_all(std::as_bytes(std::span{&first, 1}));
  nodes_.resize(all.size() / sizeof(int));
  std::memcpy(nodes_.data(), all.data(), all.size());
}

namespace {

/// Things that talk, each in a slot; slots come in groups, within which talk is cheap.
class Seating {
 public:
  /// `slots`: of the things, a permutation. `group(slot)`: any number.
  template <class Group>
  Seating(std::span<const PartTraffic> traffic, std::vector<std::uint32_t>& slots, Group&& group)
      : slots_{slots}, others_(slots.size()), thing_at_(slots.size()), beside_(slots.size()) {
    for (const PartTraffic& each : traffic) {
      others_[each.a].push_back({each.b, each.weight});
      others_[each.b].push_back({each.a, each.weight});
      least_gain_ += defaults::rounding * each.weight;
    }
    for (std::uint32_t slot = 0; slot < slots.size(); ++slot) groups_[group(slot)].push_back(slot);
    for (const auto& [name, all] : groups_)
      for (const std::uint32_t slot : all) beside_[slot] = all;
    for (std::uint32_t thing = 0; thing < slots.size(); ++thing) thing_at_[slots[thing]] = thing;
  }

  /// Swaps, for each thing in turn, with whom it gains most; whether any has been swapped. `cost(slot, slot)`.
  template <class Cost>
  bool round(Cost&& cost) {
    // What it costs that `thing` is in `slot`, but for what it talks with `but`.
    auto cost_of = [&](std::uint32_t thing, std::uint32_t slot, std::uint32_t but) {
      double sum = 0;
      for (const Other& other : others_[thing])
        if (other.thing != but) sum += other.weight * cost(slot, slots_[other.thing]);
      return sum;
    };
    bool changed = false;
    for (std::uint32_t a = 0; a < slots_.size(); ++a) {
      double most = least_gain_;
      std::uint32_t with = a;
      // Only to the side of someone to talk to is it worth going.
      for (const Other& other : others_[a]) {
        for (const std::uint32_t slot : beside_[slots_[other.thing]]) {
          const std::uint32_t b = thing_at_[slot];
          if (b == a) continue;
          const double gain =
              cost_of(a, slots_[a], b) + cost_of(b, slot, a) - cost_of(a, slot, b) - cost_of(b, slots_[a], a);
          if (gain <= most) continue;
          most = gain;
          with = b;
        }
      }
      if (with == a) continue;
      std::swap(slots_[a], slots_[with]);
      std::swap(thing_at_[slots_[a]], thing_at_[slots_[with]]);
      changed = true;
    }
    return changed;
  }

 private:
  struct Other {
    std::uint32_t thing;
    double weight;
  };
  std::vector<std::uint32_t>& slots_;
  std::vector<std::vector<Other>> others_;
  std::vector<std::uint32_t> thing_at_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> groups_;
  std::vector<std::span<const std::uint32_t>> beside_;  // the slots of each slot's group
  double least_gain_ = 0;
};

}  // namespace

void arrange(std::span<const PartTraffic> traffic, const Levels& levels, std::vector<std::uint32_t>& names) {
  const SchedulerId each = levels.per_rank();
  for (bool changed = true; changed;) {
    Seating schedulers{traffic, names, [&](SchedulerId at) { return at / each; }};
    while (schedulers.round([&](SchedulerId a, SchedulerId b) { return levels.cost(a, b); })) {
    }
    // Then all that is at a rank, at once.
    std::vector<PartTraffic> between;
    for (const PartTraffic& pair : traffic)
      if (names[pair.a] / each != names[pair.b] / each)
        between.push_back({names[pair.a] / each, names[pair.b] / each, pair.weight});
    std::vector<std::uint32_t> rank_names(levels.ranks());
    std::iota(rank_names.begin(), rank_names.end(), 0);
    Seating ranks{between, rank_names, [&](SchedulerId at) { return static_cast<std::uint32_t>(levels.node(at)); }};
    changed = false;
    while (ranks.round([&](SchedulerId a, SchedulerId b) { return levels.cost(a * each, b * each); })) changed = true;
    for (auto& name : names) name = rank_names[name / each] * each + name % each;
  }
}

}  // namespace circo
