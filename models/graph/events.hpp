#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <graph/conversation.hpp>

namespace circo::models {

/// Something that happens to a conversation when an epoch has closed.
struct Event {
  enum class Kind { rewire, load, traffic, repair };
  std::uint64_t epoch = 0;
  Kind kind = Kind::rewire;
  double value = 1;                     ///< share of the edges, or factor
  double region = 1;                    ///< share of the vertices that it concerns
  std::optional<std::uint64_t> around;  ///< the vertex in the middle of the region; none: one drawn from the seed
};

/// Reads EPOCH:rewire=SHARE, EPOCH:load=FACTOR[@REGION], EPOCH:traffic=FACTOR[@REGION] or EPOCH:repair=REGION, where
/// REGION is SHARE[:VERTEX]. Throws Error that says what was expected.
Event parse_event(const std::string& text);

/// Makes events happen, the same on every rank.
class Events {
 public:
  Events() = default;
  /// Throws Error when an event names a vertex that is not there. `events` in any order.
  Events(std::vector<Event> events, std::uint64_t vertices, std::uint64_t seed);

  /// Does to `conversation` what is due when `epoch` has closed, and what was due before and has not been done: a run
  /// that goes on from a checkpoint has that behind it. Returns whether anything was due at this very epoch. `original`
  /// is the conversation as it was before all events, over `graph`. Call it with growing epochs.
  bool apply(std::uint64_t epoch, const Graph& graph, const Conversation& original, Conversation& conversation);

 private:
  std::vector<Event> events_;  // in the order of epochs
  std::size_t next_ = 0;
  std::uint64_t seed_ = 0;
};

/// The vertices of a ball around a vertex (breadth first; goes on at the lowest vertex left when a component is used
/// up): `share` of all, rounded up. One flag a vertex. Of two balls around one vertex the larger contains the smaller.
std::vector<bool> ball(const Graph& graph, double share, Graph::Vertex around);

}  // namespace circo::models
