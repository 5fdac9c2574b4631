#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <vector>

#include <circo/defaults.hpp>
#include <circo/graph/bisection.hpp>

namespace circo {

namespace {

struct Candidate {
  double gain;  ///< by how much the cut falls when the vertex changes sides
  Graph::Vertex vertex;
  auto operator<=>(const Candidate&) const = default;
};

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
    const auto part = static_cast<std::size_t>(defaults::pass_patience * static_cast<double>(division_.size()));
    const std::size_t patience = std::max(part, defaults::least_pass_patience);
    while (const auto* next = moves.size() - kept < patience ? best() : nullptr) {
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

/// The vertices that can be reached from one, breadth first, so that the last is one of the farthest.
std::vector<Graph::Vertex> component(const Graph& graph, Graph::Vertex from, std::vector<bool>& seen) {
  std::vector<Graph::Vertex> reached{from};
  seen[from] = true;
  for (std::size_t k = 0; k < reached.size(); ++k) {
    for (const Graph::Vertex v : graph.neighbors(reached[k])) {
      if (!seen[v]) reached.push_back(v);
      seen[v] = true;
    }
  }
  return reached;
}

/// Part 0, which grows, from nothing.
class Growth {
 public:
  explicit Growth(const Graph& graph)
      : graph_{graph}, division_(graph.vertex_count(), 1), gains_(graph.vertex_count()) {
    for (Graph::Vertex v = 0; v < division_.size(); ++v)
      graph.for_each_arc(v, [&](Graph::Vertex u, double weight) { gains_[v] -= u == v ? 0 : weight; });
  }

  double weight() const { return weight_; }
  const Partition& division() const { return division_; }

  void take(Graph::Vertex v) {
    division_[v] = 0;
    weight_ += graph_.vertex_weight(v);
    graph_.for_each_arc(v, [&](Graph::Vertex u, double weight) {
      gains_[u] += 2 * weight;
      if (division_[u] == 1) candidates_.push({gains_[u], u});
    });
  }
  /// Takes the neighbor that adds least to the cut. False when there is none.
  bool take_best() {
    while (!candidates_.empty()) {
      const Candidate top = candidates_.top();
      candidates_.pop();
      if (division_[top.vertex] == 0 || top.gain != gains_[top.vertex]) continue;
      take(top.vertex);
      return true;
    }
    return false;
  }

 private:
  const Graph& graph_;
  Partition division_;
  std::vector<double> gains_;
  double weight_ = 0;
  std::priority_queue<Candidate> candidates_;
};

}  // namespace

double refine_bisection(const Graph& graph, Partition& division, double cap) {
  double gained = 0;
  for (double more = 1; more > 0; gained += more) more = Pass{graph, division, cap}.run();
  return gained;
}

Partition grow_bisection(const Graph& graph, double cap, int end) {
  struct Component {
    double weight = 0;
    std::vector<Graph::Vertex> vertices;
  };
  std::vector<Component> components;
  std::vector<bool> seen(graph.vertex_count());
  double all = 0;
  for (Graph::Vertex v = 0; v < graph.vertex_count(); ++v) {
    if (seen[v]) continue;
    Component& found = components.emplace_back(0, component(graph, v, seen));
    for (const Graph::Vertex u : found.vertices) found.weight += graph.vertex_weight(u);
    all += found.weight;
  }
  std::ranges::stable_sort(components, std::greater{}, &Component::weight);
  Growth growth{graph};
  const Component* lightest_left = nullptr;
  for (const Component& each : components) {
    if (growth.weight() + each.weight <= cap) {
      for (const Graph::Vertex v : each.vertices) growth.take(v);
    } else {
      lightest_left = &each;
    }
  }
  if (lightest_left == nullptr || growth.weight() >= all - cap) return growth.division();
  seen.assign(seen.size(), false);
  Graph::Vertex from = lightest_left->vertices.back();
  if (end != 0) from = component(graph, from, seen).back();
  growth.take(from);
  while (growth.weight() < all / 2 && growth.take_best()) {
  }
  return growth.division();
}

}  // namespace circo
