#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <graph/events.hpp>

#include "engine/test_seed.hpp"
#include <circo/error.hpp>
#include <circo/graph/generators.hpp>

namespace {

using namespace circo;
using namespace circo::models;

std::vector<std::size_t> members(const std::vector<bool>& flags) {
  std::vector<std::size_t> inside;
  for (std::size_t v = 0; v < flags.size(); ++v)
    if (flags[v]) inside.push_back(v);
  return inside;
}

/// A conversation to which events happen.
struct Scene {
  Scene(const std::string& spec, std::vector<std::string> texts, std::uint64_t given_seed = test::test_seed())
      : seed{given_seed}, graph{load_graph(spec, seed)}, original{conversation_over(graph, 4)}, now{original} {
    std::vector<Event> parsed;
    for (const auto& text : texts) parsed.push_back(parse_event(text));
    events = Events{parsed, graph.vertex_count(), seed};
  }
  bool apply(std::uint64_t epoch) { return events.apply(epoch, graph, original, now); }

  std::uint64_t seed;
  Graph graph;
  Conversation original, now;
  Events events;
};

TEST_CASE("a ball grows around its vertex and goes on elsewhere when its component is used up") {
  const Graph ring = load_graph("ring:20", 1);
  CHECK(members(ball(ring, 0.25, 7)) == std::vector<std::size_t>{5, 6, 7, 8, 9});
  CHECK(members(ball(ring, 0.21, 0)) == std::vector<std::size_t>{0, 1, 2, 18, 19});
  CHECK(members(ball(ring, 1, 3)).size() == 20);
  const Graph parts = undirected_graph(6, {{1, 2}, {4, 5}});
  CHECK(members(ball(parts, 0.5, 4)) == std::vector<std::size_t>{0, 4, 5});
}

TEST_CASE("events happen when their epoch has closed, in the order of epochs, once") {
  Scene scene{"ring:20", {"7:load=3@0.1:4", "5:load=2@0.25:7"}};
  CHECK_FALSE(scene.apply(4));
  CHECK(scene.apply(5));
  CHECK(scene.now.loads[5] == 2);
  CHECK(scene.now.loads[4] == 1);
  CHECK_FALSE(scene.apply(6));
  CHECK(scene.apply(7));
  CHECK(scene.now.loads[4] == 3);
  CHECK(scene.now.loads[3] == 3);
  CHECK_FALSE(scene.apply(8));
  CHECK(scene.now.edges == scene.original.edges);
}

TEST_CASE("events of epochs that a resumed run has behind it are made up for, and are not news") {
  Scene scene{"ring:20", {"5:load=2", "7:load=3", "9:load=5"}};
  CHECK_FALSE(scene.apply(8));
  CHECK(scene.now.loads[0] == 6);
  CHECK(scene.apply(9));
  CHECK(scene.now.loads[0] == 30);
}

TEST_CASE("traffic grows on the edges within the region") {
  Scene scene{"ring:20", {"1:traffic=3@0.25:7"}};
  scene.apply(1);
  for (std::size_t e = 0; e < 20; ++e) {
    const auto& edge = scene.now.edges[e];
    const bool inside = edge.from >= 5 && edge.to <= 9;
    CHECK(edge.rate == (inside ? 3 : 1) * scene.original.edges[e].rate);
  }
  CHECK(scene.now.loads == scene.original.loads);
}

TEST_CASE("rewiring gives a share of the edges one new end, and as seeded") {
  Scene scene{"grid2d:40x40", {"1:rewire=0.25"}}, again{"grid2d:40x40", {"1:rewire=0.25"}, scene.seed};
  scene.apply(1);
  again.apply(1);
  std::size_t changed = 0;
  for (std::size_t e = 0; e < scene.now.edges.size(); ++e) {
    const auto &now = scene.now.edges[e], &before = scene.original.edges[e];
    CHECK(now.from != now.to);
    CHECK(now.rate == before.rate);
    CHECK((now.from == before.from || now.to == before.to));
    changed += now != before;
  }
  CHECK(static_cast<double>(changed) / static_cast<double>(scene.now.edges.size()) ==
        doctest::Approx(0.25).epsilon(0.15));
  CHECK(scene.now.edges == again.now.edges);
}

TEST_CASE("a repaired region is as it was before all events, and the rest stays as it is") {
  Scene scene{"grid2d:20x20", {"1:rewire=1", "1:load=5", "1:traffic=2", "2:repair=0.5:0", "3:repair=1"}};
  scene.apply(1);
  CHECK(scene.now.loads == std::vector<double>(400, 5));
  const auto broken = scene.now.edges;
  scene.apply(2);
  const auto region = ball(scene.graph, 0.5, 0);
  CHECK(std::ranges::count(scene.now.loads, 1) == 200);
  for (std::size_t e = 0; e < broken.size(); ++e) {
    const auto& original = scene.original.edges[e];
    CHECK(scene.now.edges[e] == (region[original.from] || region[original.to] ? original : broken[e]));
  }
  scene.apply(3);
  CHECK(scene.now.edges == scene.original.edges);
  CHECK(scene.now.loads == scene.original.loads);
}

TEST_CASE("what is no event is refused with what was expected") {
  for (const auto* text : {"",
                           "5",
                           "5:",
                           "5:load",
                           "0:load=2",
                           "x:load=2",
                           "5:lod=2",
                           "5:load=",
                           "5:load=-1",
                           "5:load=nan",
                           "5:load=2@",
                           "5:load=2@0",
                           "5:load=2@1.5",
                           "5:load=2@0.1:",
                           "5:load=2@0.1:x",
                           "5:rewire=1.1",
                           "5:rewire=0.1@0.5",
                           "5:repair",
                           "5:repair=2",
                           "5:traffic=2 "}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_event(text), Error);
  }
  CHECK_THROWS_WITH_AS(Events({parse_event("5:load=2@0.1:20")}, 20, 1),
                       "--event 5:...:20: there is no vertex 20; expected one from 0 to 19", Error);
}

}  // namespace
