#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include <circo/defaults.hpp>
#include <circo/scheduler/load_of.hpp>
#include <circo/space/loads.hpp>
#include <circo/transport/together.hpp>

namespace circo {

Loads::Loads(Rank& rank) {
  for (const auto& scheduler : rank.schedulers()) smoothed_.push_back(scheduler->arena().add_column<float>());
}

void Loads::update(Rank& rank) {
  struct Sum {
    double load, actors;
  };
  std::vector<Sum> mine;
  actors_.clear();
  together(rank.world(), [&] {
    for (std::size_t i = 0; i < rank.schedulers().size(); ++i) {
      Arena& arena = rank.schedulers()[i]->arena();
      const auto smoothed = arena.column(smoothed_[i]);
      constexpr auto decay = static_cast<float>(defaults::traffic_decay);
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        const auto now = static_cast<float>(load_of(*rank.schedulers()[i], row));
        smoothed[row] = arena.type(row).load_of != nullptr ? now : decay * smoothed[row] + (1 - decay) * now;
      }
      actors_.emplace_back(smoothed.begin(), smoothed.end());
      mine.push_back({std::accumulate(smoothed.begin(), smoothed.end(), 0.0), static_cast<double>(smoothed.size())});
    }
  });
  // Added up in the order of schedulers, which no layout changes.
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<Sum> all(bytes.size() / sizeof(Sum));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  Sum total{0, 0};
  for (const Sum& each : all) total = {total.load + each.load, total.actors + each.actors};
  const auto schedulers = static_cast<double>(all.size());
  const bool loaded = total.load > 0;
  const double unit = loaded ? schedulers / total.load : schedulers / std::max(total.actors, 1.0);
  schedulers_.clear();
  for (const Sum& each : all) schedulers_.push_back(unit * (loaded ? each.load : each.actors));
  for (auto& actors : actors_)
    for (double& load : actors) load = loaded ? unit * load : unit;
}

std::vector<double> Loads::after(const Rank& rank, const Targets& targets) const {
  std::vector<LoadFlow> mine;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const SchedulerId here = rank.schedulers()[i]->id();
    std::map<SchedulerId, double> away;
    for (std::size_t row = 0; row < targets[i].size(); ++row)
      if (targets[i][row] != here) away[targets[i][row]] += actors_[i][row];
    for (const auto& [to, amount] : away) mine.push_back({here, to, amount});
  }
  std::vector<double> loads = schedulers_;
  const auto all = rank.world().gather_all(std::as_bytes(std::span{mine}));
  for (ByteReader in{all}; !in.empty();) {
    const auto flow = in.get<LoadFlow>();
    loads[flow.from] -= flow.amount;
    loads[flow.to] += flow.amount;
  }
  return loads;
}

double unevenness(std::span<const double> loads) {
  double sum = 0;
  for (const double load : loads) sum += (load - 1) * (load - 1);
  return sum;
}

}  // namespace circo
