#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <circo/scheduler/scheduler.hpp>
#include <circo/space/load_flow.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

/// The actors of a scheduler while they are dealt out to its flows: what each exchanges with the others that stay, and
/// with the end of each flow.
class Ties {
 public:
  Ties(const Scheduler& scheduler, std::span<const TrafficEdge> edges, std::span<const LoadFlow> flows)
      : flows_{flows.size()},
        starts_(scheduler.arena().size() + std::size_t{1}, 0),
        ties_(scheduler.arena().size() * (flows.size() + 1), 0) {
    const Directory& directory = scheduler.directory();
    auto row_of = [&](Addr addr) { return scheduler.arena().head(directory.find(addr)).row; };
    std::map<SchedulerId, std::size_t> flow_to;
    for (std::size_t f = 0; f < flows.size(); ++f) flow_to[flows[f].to] = f;
    std::vector<Tie> all;
    for (const TrafficEdge& edge : edges) {
      if (edge.weight <= 0) continue;
      const std::uint32_t row = row_of(edge.self);
      if (edge.place == scheduler.id()) {
        all.push_back({row, row_of(edge.partner), edge.weight});
        with_here(row) += edge.weight;
      } else if (const auto flow = flow_to.find(edge.place); flow != flow_to.end()) {
        with_end(row, flow->second) += edge.weight;
      }
    }
    std::ranges::stable_sort(all, {}, &Tie::row);
    for (const Tie& tie : all) ++starts_[tie.row + std::size_t{1}];
    for (std::size_t row = 1; row < starts_.size(); ++row) starts_[row] += starts_[row - 1];
    here_ = std::move(all);
  }

  /// What moves from between schedulers to within one, less the contrary, when the actor goes along the flow.
  double gain(std::uint32_t row, std::size_t flow) const {
    const double* ties = &ties_[row * (flows_ + 1)];
    return ties[flow + 1] - ties[0];
  }
  double exchanged(std::uint32_t row, std::size_t flow) const { return ties_[row * (flows_ + 1) + flow + 1]; }

  /// The actor has gone along the flow: calls `changed(row)` for those that exchange with it.
  template <class Changed>
  void go(std::uint32_t row, std::size_t flow, Changed&& changed) {
    for (std::size_t k = starts_[row]; k < starts_[row + std::size_t{1}]; ++k) {
      with_here(here_[k].partner) -= here_[k].weight;
      with_end(here_[k].partner, flow) += here_[k].weight;
      changed(here_[k].partner);
    }
  }

 private:
  struct Tie {
    std::uint32_t row, partner;
    float weight;
  };
  double& with_here(std::uint32_t row) { return ties_[row * (flows_ + 1)]; }
  double& with_end(std::uint32_t row, std::size_t flow) { return ties_[row * (flows_ + 1) + flow + 1]; }

  std::size_t flows_;
  std::vector<std::size_t> starts_;  // of each row's ties [rows + 1]
  std::vector<Tie> here_;            // between actors of this scheduler, by row
  std::vector<double> ties_;         // [rows][1 + flows]
};

}  // namespace circo
