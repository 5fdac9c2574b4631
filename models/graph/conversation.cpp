#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <graph/conversation.hpp>

#include <circo/error.hpp>

namespace circo::models {

namespace {
using Vertex = Conversation::Vertex;
}

std::uint64_t fixed_rate(double messages_a_tick) {
  if (!(messages_a_tick <= 0x1p20))
    throw Error(
        fmt::format("an edge has {:.3g} messages a superstep; expected a million at most: lower --rate, or the "
                    "factor of an --event",
                    messages_a_tick));
  return static_cast<std::uint64_t>(std::ldexp(messages_a_tick, Conversation::fraction_bits));
}

Conversation conversation_over(const Graph& graph, double messages_a_tick) {
  const Graph simple = simplified(graph);
  Conversation conversation{
      .edges = {}, .loads = std::vector<double>(graph.vertex_count(), 1), .directed = graph.directed};
  const double total = simple.weights.empty() ? static_cast<double>(simple.arc_count())
                                              : std::accumulate(simple.weights.begin(), simple.weights.end(), 0.0);
  const double scale = total > 0 ? messages_a_tick * static_cast<double>(graph.vertex_count()) / total : 0;
  simple.for_each_arc([&](Vertex u, Vertex v, double weight) {
    if (simple.directed || u < v) conversation.edges.push_back({u, v, fixed_rate(scale * weight)});
  });
  return conversation;
}

Lines::Lines(const Conversation& conversation) : offsets_(conversation.loads.size() + 1) {
  for (const auto& edge : conversation.edges) {
    ++offsets_[edge.from + std::size_t{1}];
    if (!conversation.directed) ++offsets_[edge.to + std::size_t{1}];
  }
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  lines_.resize(offsets_.back());
  std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
  constexpr std::uint32_t golden = 0x9E3779B9;
  std::uint32_t phase = 0;
  for (const auto& edge : conversation.edges) {
    lines_[next[edge.from]++] = {edge.to, phase, edge.rate};
    if (!conversation.directed) lines_[next[edge.to]++] = {edge.from, phase + golden, edge.rate};
    phase += 2 * golden;
  }
}

Quality quality_of(const Conversation& conversation, std::span<const SchedulerId> places, SchedulerId schedulers) {
  double cut = 0, all = 0;
  for (const auto& edge : conversation.edges) {
    const auto rate = static_cast<double>(edge.rate);
    all += rate;
    if (places[edge.from] != places[edge.to]) cut += rate;
  }
  std::vector<double> loads(schedulers, 0);
  for (std::size_t v = 0; v < places.size(); ++v) loads[places[v]] += conversation.loads[v];
  const double sum = std::accumulate(loads.begin(), loads.end(), 0.0);
  Quality quality;
  if (all > 0) quality.cut_share = cut / all;
  if (sum > 0) quality.imbalance = std::ranges::max(loads) * static_cast<double>(schedulers) / sum;
  return quality;
}

}  // namespace circo::models
