#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/space/gathered_traffic.hpp>

namespace circo {

namespace {

/// An actor on its way to rank 0. The ties of all follow, actor by actor.
struct Member {
  Addr addr;
  double load;
  std::uint64_t ties;
};
struct Tie {
  Addr partner;
  float known, fresh;
};

void send_members(Rank& rank, std::size_t i, std::span<const TrafficEdge> edges, std::span<const double> loads) {
  const Scheduler& scheduler = *rank.schedulers()[i];
  const Arena& arena = scheduler.arena();
  std::vector<Member> members;
  std::vector<Tie> ties;
  for (std::uint32_t row = 0; row < arena.size(); ++row) {
    const std::size_t before = ties.size();
    for (const TrafficEdge& edge : std::ranges::equal_range(edges, arena.addr(row), {}, &TrafficEdge::self))
      if (edge.weight > 0)
        ties.push_back({edge.partner, std::max(edge.weight - edge.fresh, 0.0F), std::max(edge.fresh, 0.0F)});
    members.push_back({arena.addr(row), loads[row], ties.size() - before});
  }
  if (members.empty()) return;
  const auto first = std::as_bytes(std::span{members}), second = std::as_bytes(std::span{ties});
  const auto room = rank.exchange().add({scheduler.id(), 0, first.size() + second.size(), members.size()});
  std::ranges::copy(second, std::ranges::copy(first, room.begin()).out);
}

}  // namespace

GatheredTraffic::GatheredTraffic(Rank& rank, const Traffic& traffic, const Loads& loads) {
  for (std::size_t i = 0; i < rank.schedulers().size(); ++i) send_members(rank, i, traffic.edges(i), loads.of(i));
  const auto arrived = rank.exchange().deliver();
  std::optional<std::string> failure;
  if (rank.world().rank() == 0) {
    vertices_.resize(rank.layout().schedulers());
    try {
      build(arrived);
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  }
  rank.world().agree(failure);
}

void GatheredTraffic::build(const std::vector<Section>& arrived) {
  struct Known {
    Member member;
    SchedulerId place;
    std::uint32_t row;
    const Tie* ties;
  };
  std::vector<Known> all;
  for (const Section& section : arrived) {
    const auto* members = reinterpret_cast<const Member*>(section.data.data());
    const auto* ties = reinterpret_cast<const Tie*>(members + section.head.count);
    vertices_[section.head.from].resize(section.head.count);
    for (std::uint32_t row = 0; row < section.head.count; ++row) {
      all.push_back({members[row], section.head.from, row, ties});
      ties += members[row].ties;
    }
  }
  if (all.size() > Graph::max_vertices)
    throw Error(fmt::format("{} actors do not fit into a graph of at most {}; use another balancer", all.size(),
                            Graph::max_vertices));
  std::ranges::sort(all, {}, [](const Known& known) { return known.member.addr; });
  for (Graph::Vertex v = 0; v < all.size(); ++v) {
    vertices_[all[v].place][all[v].row] = v;
    places_.push_back(all[v].place);
  }
  // A row's ties are in the order of addresses, which is that of vertices; a partner may just have died.
  auto build_graph = [&](auto&& weight_of) {
    Graph graph;
    for (const Known& known : all) {
      graph.vertex_weights.push_back(known.member.load);
      for (const Tie& tie : std::span{known.ties, known.member.ties}) {
        const auto partner =
            std::ranges::lower_bound(all, tie.partner, {}, [](const Known& k) { return k.member.addr; });
        if (partner == all.end() || partner->member.addr != tie.partner || weight_of(tie) == 0) continue;
        graph.targets.push_back(static_cast<Graph::Vertex>(partner - all.begin()));
        graph.weights.push_back(weight_of(tie));
      }
      graph.offsets.push_back(graph.targets.size());
    }
    // Ends forget light edges each for itself.
    graph.directed = true;
    return symmetrised(graph, Combine::largest);
  };
  known_ = build_graph(std::mem_fn(&Tie::known));
  fresh_ = build_graph(std::mem_fn(&Tie::fresh));
  if (known_.arc_count() == 0 || fresh_.arc_count() == 0)
    known_ = fresh_ = build_graph([](const Tie& tie) { return tie.known + tie.fresh; });
}

std::vector<std::vector<std::uint32_t>> GatheredTraffic::scatter(Rank& rank, const Partition& of_vertices) const {
  for (SchedulerId to = 0; to < vertices_.size(); ++to) {
    if (vertices_[to].empty()) continue;
    std::vector<std::uint32_t> answers;
    answers.reserve(vertices_[to].size());
    for (const auto v : vertices_[to]) answers.push_back(of_vertices[v]);
    const auto bytes = std::as_bytes(std::span{answers});
    std::ranges::copy(bytes, rank.exchange().add({0, to, bytes.size(), answers.size()}).begin());
  }
  std::vector<std::vector<std::uint32_t>> result(rank.schedulers().size());
  for (const Section& section : rank.exchange().deliver()) {
    const auto* answers = reinterpret_cast<const std::uint32_t*>(section.data.data());
    result[rank.layout().local(section.head.to)].assign(answers, answers + section.head.count);
  }
  return result;
}

}  // namespace circo
