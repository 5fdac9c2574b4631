#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <circo/actor/addr.hpp>
#include <circo/graph/graph.hpp>

namespace circo::models {

/// Who talks to whom how often, and how much work everyone is. Every rank has the whole. All operations are local.
struct Conversation {
  using Vertex = Graph::Vertex;
  /// Rates and phases are in units of 2^-32 messages a tick.
  static constexpr int fraction_bits = 32;
  struct Edge {
    Vertex from;
    Vertex to;
    std::uint64_t rate;
    friend bool operator==(const Edge&, const Edge&) = default;
  };

  std::vector<Edge> edges;    ///< no loops; parallel ones are allowed
  std::vector<double> loads;  ///< [vertices]
  bool directed = false;      ///< messages go from `from` to `to` only; otherwise as many the other way too
};

/// In units of rates. Throws Error when it is more than 2^20 messages a tick, which no edge can mean.
std::uint64_t fixed_rate(double messages_a_tick);

/// The graph's edges (loops left out, parallel ones added up), with rates in proportion to their weights such that a
/// vertex sends `messages_a_tick` in the mean; the edges in the order of rows, an undirected one where from < to. All
/// loads are 1.
Conversation conversation_over(const Graph& graph, double messages_a_tick);

/// A vertex' messages to one neighbor: in tick t = 1, 2, ... the whole part of phase + t rate grows by what is sent.
struct Line {
  Conversation::Vertex to;
  std::uint32_t phase;  ///< (2 edge + direction) 2^32 / golden ratio: as even as can be, so that ticks are alike
  std::uint64_t rate;
};

/// The conversation seen from the vertices: row v holds its lines in the order of edges.
class Lines {
 public:
  Lines() = default;
  explicit Lines(const Conversation& conversation);
  std::span<const Line> of(Conversation::Vertex v) const {
    return std::span{lines_}.subspan(offsets_[v], offsets_[v + std::size_t{1}] - offsets_[v]);
  }

 private:
  std::vector<std::uint64_t> offsets_;  // [vertices + 1]
  std::vector<Line> lines_;
};

/// How good a placement is, by the conversation itself, with nothing sampled.
struct Quality {
  double cut_share = 0;  ///< of the messages: those between vertices at different schedulers
  double imbalance = 1;  ///< largest / mean load of the schedulers
};
/// `places`: the scheduler of each vertex, below `schedulers`.
Quality quality_of(const Conversation& conversation, std::span<const SchedulerId> places, SchedulerId schedulers);

}  // namespace circo::models
