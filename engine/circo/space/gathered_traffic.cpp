#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/scheduler/flat_map.hpp>
#include <circo/space/gathered_traffic.hpp>

namespace circo {

namespace {

/// An actor on its way. The ties of all follow, actor by actor.
struct Member {
  Addr addr;
  double load;
  std::uint64_t ties;
};
struct Tie {
  Addr partner;
  float known, fresh;
};

void send_members(Rank& rank, std::size_t i, std::span<const TrafficEdge> edges, std::span<const double> loads,
                  std::span<const SchedulerId> gatherers) {
  const Scheduler& scheduler = *rank.schedulers()[i];
  const SchedulerId to = gatherers[scheduler.id()];
  if (to == nobody) return;
  const Arena& arena = scheduler.arena();
  std::vector<Member> members;
  std::vector<Tie> ties;
  for (std::uint32_t row = 0; row < arena.size(); ++row) {
    const std::size_t before = ties.size();
    for (const TrafficEdge& edge : std::ranges::equal_range(edges, arena.addr(row), {}, &TrafficEdge::self))
      if (edge.weight > 0 && gatherers[edge.place] == to)
        ties.push_back({edge.partner, std::max(edge.weight - edge.fresh, 0.0F), std::max(edge.fresh, 0.0F)});
    members.push_back({arena.addr(row), loads[row], ties.size() - before});
  }
  if (members.empty()) return;
  const auto first = std::as_bytes(std::span{members}), second = std::as_bytes(std::span{ties});
  const auto room = rank.exchange().add({scheduler.id(), to, first.size() + second.size(), members.size()});
  std::ranges::copy(second, std::ranges::copy(first, room.begin()).out);
}

/// From sections to one scheduler.
GatheredTraffic build(std::span<const Section> arrived) {
  struct Known {
    Member member;
    SchedulerId place;
    std::uint32_t row;
    const Tie* ties;
  };
  GatheredTraffic result{.at = arrived.front().head.to, .known = {}, .fresh = {}, .places = {}, .vertices = {}};
  std::vector<Known> all;
  for (const Section& section : arrived) {
    const auto* members = reinterpret_cast<const Member*>(section.data.data());
    const auto* ties = reinterpret_cast<const Tie*>(members + section.head.count);
    result.vertices[section.head.from].resize(section.head.count);
    for (std::uint32_t row = 0; row < section.head.count; ++row) {
      all.push_back({members[row], section.head.from, row, ties});
      ties += members[row].ties;
    }
  }
  if (all.size() > Graph::max_vertices)
    throw Error(fmt::format("{} actors do not fit into a graph of at most {}; use another balancer", all.size(),
                            Graph::max_vertices));
  std::ranges::sort(all, {}, [](const Known& known) { return known.member.addr; });
  FlatMap<Graph::Vertex> vertex_of;
  vertex_of.reserve(all.size());
  for (Graph::Vertex v = 0; v < all.size(); ++v) {
    result.vertices[all[v].place][all[v].row] = v;
    result.places.push_back(all[v].place);
    vertex_of.set(all[v].member.addr.bits(), v);
  }
  // A row's ties are in the order of addresses, which is that of vertices; a partner may just have died.
  constexpr Graph::Vertex dead = Graph::max_vertices;
  std::vector<Graph::Vertex> partners;
  for (const Known& known : all)
    for (const Tie& tie : std::span{known.ties, known.member.ties}) {
      const Graph::Vertex* partner = vertex_of.find(tie.partner.bits());
      partners.push_back(partner != nullptr ? *partner : dead);
    }
  auto build_graph = [&](auto&& weight_of) {
    Graph graph;
    auto partner = partners.begin();
    for (const Known& known : all) {
      graph.vertex_weights.push_back(known.member.load);
      for (const Tie& tie : std::span{known.ties, known.member.ties}) {
        const Graph::Vertex v = *partner++;
        if (v == dead || weight_of(tie) == 0) continue;
        graph.targets.push_back(v);
        graph.weights.push_back(weight_of(tie));
      }
      graph.offsets.push_back(graph.targets.size());
    }
    // Ends forget light edges each for itself.
    graph.directed = true;
    return symmetrised(graph, Combine::largest);
  };
  result.known = build_graph(std::mem_fn(&Tie::known));
  result.fresh = build_graph(std::mem_fn(&Tie::fresh));
  if (result.known.arc_count() == 0) std::swap(result.known, result.fresh);
  return result;
}

}  // namespace

std::vector<GatheredTraffic> gather_traffic(Rank& rank, const Traffic& traffic, const Loads& loads,
                                            std::span<const SchedulerId> gatherers) {
  for (std::size_t i = 0; i < rank.schedulers().size(); ++i)
    send_members(rank, i, traffic.edges(i), loads.of(i), gatherers);
  auto arrived = rank.exchange().deliver();
  std::ranges::stable_sort(arrived, {}, [](const Section& section) { return section.head.to; });
  std::vector<GatheredTraffic> result;
  std::optional<std::string> failure;
  try {
    for (auto first = arrived.begin(), last = first; first != arrived.end(); first = last) {
      last = std::find_if(first, arrived.end(), [&](const Section& s) { return s.head.to != first->head.to; });
      result.push_back(build({first, last}));
    }
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  rank.world().agree(failure);
  return result;
}

std::vector<Partition> scatter(Rank& rank, std::span<const GatheredTraffic> gathered,
                               std::span<const Partition> divisions) {
  for (std::size_t k = 0; k < gathered.size(); ++k) {
    for (const auto& [to, vertices] : gathered[k].vertices) {
      Partition answers;
      answers.reserve(vertices.size());
      for (const auto v : vertices) answers.push_back(divisions[k][v]);
      const auto bytes = std::as_bytes(std::span{answers});
      std::ranges::copy(bytes, rank.exchange().add({gathered[k].at, to, bytes.size(), answers.size()}).begin());
    }
  }
  std::vector<Partition> result(rank.schedulers().size());
  for (const Section& section : rank.exchange().deliver()) {
    const auto* answers = reinterpret_cast<const std::uint32_t*>(section.data.data());
    result[rank.layout().local(section.head.to)].assign(answers, answers + section.head.count);
  }
  return result;
}

}  // namespace circo
