#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <graph/events.hpp>

#include <circo/actor/random.hpp>
#include <circo/error.hpp>

namespace circo::models {

namespace {

using Vertex = Conversation::Vertex;

constexpr std::uint64_t event_stream = 0xE7E27, region_stream = 0x2E6102;

template <class Number>
bool read(std::string_view text, Number& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size();
}

/// The text up to `separator`, which is dropped from it together with that; all of it when there is none.
std::string_view cut(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return head;
}

bool read_region(std::string_view text, Event& event) {
  const bool drawn = text.find(':') == std::string_view::npos;
  const std::string_view share = cut(text, ':');
  if (!read(share, event.region) || !(event.region > 0 && event.region <= 1)) return false;
  return drawn || read(text, event.around.emplace());
}

void rewire(Conversation& conversation, double share, std::uint64_t stream) {
  const std::uint64_t vertices = conversation.loads.size();
  if (vertices < 2) return;
  for (std::uint64_t e = 0; e < conversation.edges.size(); ++e) {
    Random draw{mix(stream, e), 0};
    if (draw.uniform() >= share) continue;
    auto& edge = conversation.edges[e];
    auto [moved, kept] = draw.below(2) == 0 ? std::tie(edge.from, edge.to) : std::tie(edge.to, edge.from);
    do {
      moved = static_cast<Vertex>(draw.below(vertices));
    } while (moved == kept);
  }
}

void repair(Conversation& conversation, const Conversation& original, const std::vector<bool>& region) {
  for (std::size_t e = 0; e < original.edges.size(); ++e)
    if (region[original.edges[e].from] || region[original.edges[e].to]) conversation.edges[e] = original.edges[e];
  for (std::size_t v = 0; v < region.size(); ++v)
    if (region[v]) conversation.loads[v] = original.loads[v];
}

}  // namespace

Event parse_event(const std::string& text) {
  Event event;
  std::string_view rest = text;
  const std::string_view epoch = cut(rest, ':'), kind = cut(rest, '=');
  bool right = read(epoch, event.epoch) && event.epoch > 0;
  if (kind == "repair") {
    event.kind = Event::Kind::repair;
    right = right && read_region(rest, event);
  } else if (kind == "rewire") {
    right = right && read(rest, event.value) && event.value >= 0 && event.value <= 1;
  } else {
    event.kind = kind == "load" ? Event::Kind::load : Event::Kind::traffic;
    right = right && (kind == "load" || kind == "traffic");
    const bool whole = rest.find('@') == std::string_view::npos;
    right = right && read(cut(rest, '@'), event.value) && event.value >= 0 && event.value <= 1e6;
    right = right && (whole || read_region(rest, event));
  }
  if (!right)
    throw Error(
        fmt::format("'{}' is no event; expected EPOCH:rewire=SHARE, EPOCH:load=FACTOR@REGION, "
                    "EPOCH:traffic=FACTOR@REGION or EPOCH:repair=REGION, with REGION a share of the vertices, "
                    "as in 300:load=2@0.1 or, around vertex 7, 300:load=2@0.1:7",
                    text));
  return event;
}

std::vector<bool> ball(const Graph& graph, double share, Vertex around) {
  const std::uint64_t vertices = graph.vertex_count();
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(vertices)));
  std::vector<bool> inside(vertices, false);
  std::vector<Vertex> found;
  auto take = [&](Vertex v) {
    if (inside[v] || found.size() == wanted) return;
    inside[v] = true;
    found.push_back(v);
  };
  if (vertices != 0) take(around);
  Vertex lowest = 0;
  for (std::size_t next = 0; found.size() < wanted; ++next) {
    while (next == found.size()) take(lowest++);
    for (const Vertex v : graph.neighbors(found[next])) take(v);
  }
  return inside;
}

Events::Events(std::vector<Event> events, std::uint64_t vertices, std::uint64_t seed)
    : events_{std::move(events)}, seed_{seed} {
  for (Event& event : events_) {
    if (!event.around) event.around = below(mix(seed, region_stream), vertices);
    if (*event.around >= vertices)
      throw Error(fmt::format("--event {}:...:{}: there is no vertex {}; expected one from 0 to {}", event.epoch,
                              *event.around, *event.around, vertices - 1));
  }
  std::ranges::stable_sort(events_, {}, &Event::epoch);
}

bool Events::apply(std::uint64_t epoch, const Graph& graph, const Conversation& original, Conversation& conversation) {
  bool now = false;
  for (; next_ < events_.size() && events_[next_].epoch <= epoch; ++next_) {
    const Event& event = events_[next_];
    now = now || event.epoch == epoch;
    const auto region = ball(graph, event.region, static_cast<Vertex>(*event.around));
    switch (event.kind) {
      case Event::Kind::rewire:
        rewire(conversation, event.value, mix(mix(seed_, event_stream), next_));
        break;
      case Event::Kind::load:
        for (std::size_t v = 0; v < region.size(); ++v)
          if (region[v]) conversation.loads[v] *= event.value;
        break;
      case Event::Kind::traffic:
        for (auto& edge : conversation.edges)
          if (region[edge.from] && region[edge.to])
            edge.rate =
                fixed_rate(std::ldexp(static_cast<double>(edge.rate) * event.value, -Conversation::fraction_bits));
        break;
      case Event::Kind::repair:
        repair(conversation, original, region);
        break;
    }
  }
  return now;
}

}  // namespace circo::models
