#include <algorithm>
#include <array>
#include <queue>
#include <vector>

#include <circo/defaults.hpp>
#include <circo/graph/bisection.hpp>

namespace circo {

namespace {

/// One pass over a division, which it changes.
class Pass {
 public:
  Pass(const Graph& graph, Partition& division, double cap) : graph_{graph}, division_{division}, cap_{cap} {
    gains_.resize(division.size(), 0);
    for (Graph::Vertex v = 0; v < division.size(); ++v) {
      weights_[division[v]] += graph.vertex_weight(v);
      graph.for_each_arc(v, [&](Graph::Vertex u, double weight) {
        if (u == v) return;
        gains_[v] += division[u] == division[v] ? -weight : weight;
        rounding_ += defaults::rounding * weight;
      });
    }
    cap_ = std::max({cap, weights_[0], weights_[1]});
    for (Graph::Vertex v = 0; v < division.size(); ++v) candidates_[division[v]].push({gains_[v], v});
    moved_.resize(division.size(), false);
  }

  /// Returns what it gained.
  double run() {
    double gained = 0, most = 0;
    std::vector<Graph::Vertex> moves;
    std::size_t kept = 0;
    while (const auto* next = best()) {
      const Graph::Vertex v = next->vertex;
      gained += next->gain;
      move(v);
      moves.push_back(v);
      if (gained <= most + rounding_) continue;
      most = gained;
      kept = moves.size();
    }
    for (std::size_t k = kept; k < moves.size(); ++k) division_[moves[k]] ^= 1;
    return most;
  }

 private:
  struct Candidate {
    double gain;
    Graph::Vertex vertex;
    auto operator<=>(const Candidate&) const = default;
  };

  /// The greatest gain of those that fit at the other side; null if none does. A vertex too heavy to go to the lighter
  /// side is left out for good; who would go to the heavier one waits until that has given.
  const Candidate* best() {
    const Candidate* found = nullptr;
    for (std::uint32_t side = 0; side < 2; ++side) {
      auto& candidates = candidates_[side];
      const bool heavier = weights_[side] >= weights_[1 - side];
      auto stale = [&](const Candidate& c) { return moved_[c.vertex] || c.gain != gains_[c.vertex]; };
      auto fits = [&](const Candidate& c) { return weights_[1 - side] + graph_.vertex_weight(c.vertex) <= cap_; };
      while (!candidates.empty() && (stale(candidates.top()) || (heavier && !fits(candidates.top())))) candidates.pop();
      if (candidates.empty() || !fits(candidates.top())) continue;
      const Candidate& top = candidates.top();
      if (!found || top.gain > found->gain || (top.gain == found->gain && heavier)) found = &top;
    }
    return found;
  }
  void move(Graph::Vertex v) {
    const std::uint32_t from = division_[v];
    weights_[from] -= graph_.vertex_weight(v);
    weights_[1 - from] += graph_.vertex_weight(v);
    division_[v] = 1 - from;
    moved_[v] = true;
    graph_.for_each_arc(v, [&](Graph::Vertex u, double weight) {
      if (moved_[u]) return;
      gains_[u] += division_[u] == from ? 2 * weight : -2 * weight;
      candidates_[division_[u]].push({gains_[u], u});
    });
  }

  const Graph& graph_;
  Partition& division_;
  double cap_;
  double rounding_ = 0;  // a gain must be more
  std::array<double, 2> weights_{};
  std::vector<double> gains_;
  std::vector<bool> moved_;
  std::array<std::priority_queue<Candidate>, 2> candidates_;
};

}  // namespace

double refine_bisection(const Graph& graph, Partition& division, double cap) {
  double gained = 0;
  for (double more = 1; more > 0; gained += more) more = Pass{graph, division, cap}.run();
  return gained;
}

}  // namespace circo
