#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <graph/conversation.hpp>

#include <circo/actor/random.hpp>
#include <circo/error.hpp>
#include <circo/graph/graph_parameters.hpp>

namespace circo::models {

namespace {

using Vertex = Conversation::Vertex;

constexpr std::uint64_t load_stream = 0x10AD;

constexpr std::array<GraphParameter, 2> pareto_parameters{
    {{"shape", "", "of the distribution: P(load > x) = x^-shape for x >= 1"},
     {"most", "100", "larger loads become this"}}};

std::vector<double> pareto_loads(std::string_view parameters, std::uint64_t vertices, std::uint64_t seed) {
  const GraphParameters given{"pareto", parameters, pareto_parameters};
  const double shape = given.real("shape", 0.1, 100);
  const double most = given.real("most", 1, 1e12);
  const std::uint64_t stream = mix(seed, load_stream);
  std::vector<double> loads(vertices);
  for (std::uint64_t v = 0; v < vertices; ++v)
    loads[v] = std::min(most, std::pow(1 - unit_interval(mix(stream, v)), -1 / shape));
  return loads;
}

}  // namespace

Conversation conversation_over(const Graph& graph, double messages_a_tick) {
  const Graph simple = simplified(graph);
  Conversation conversation{
      .edges = {}, .loads = std::vector<double>(graph.vertex_count(), 1), .directed = graph.directed};
  const double total = simple.weights.empty() ? static_cast<double>(simple.arc_count())
                                              : std::accumulate(simple.weights.begin(), simple.weights.end(), 0.0);
  const double scale = total > 0 ? messages_a_tick * static_cast<double>(graph.vertex_count()) / total : 0;
  for (Vertex u = 0; u < simple.vertex_count(); ++u)
    for (auto arc = simple.offsets[u]; arc < simple.offsets[u + std::size_t{1}]; ++arc)
      if (const Vertex v = simple.targets[arc]; simple.directed || u < v)
        conversation.edges.push_back(
            {u, v, static_cast<std::uint64_t>(std::ldexp(scale * simple.weight(arc), Conversation::fraction_bits))});
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

std::vector<double> loads_named(const std::string& name, const Graph& graph, std::uint64_t seed) {
  if (name == "uniform") return std::vector<double>(graph.vertex_count(), 1);
  if (name.starts_with("pareto:")) return pareto_loads(std::string_view{name}.substr(7), graph.vertex_count(), seed);
  if (name != "file")
    throw Error(fmt::format("--loads {}: expected uniform, file or pareto:SHAPE, as in pareto:1.3", name));
  if (graph.vertex_weights.empty())
    throw Error(
        "--loads file: the graph has no vertex weights; expected a METIS file whose header says that there are");
  return graph.vertex_weights;
}

}  // namespace circo::models
