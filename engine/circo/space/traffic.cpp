#include <algorithm>
#include <cmath>
#include <tuple>

#include <circo/defaults.hpp>
#include <circo/space/notes.hpp>
#include <circo/space/traffic.hpp>

namespace circo {

namespace {

/// Tells the partner's scheduler what an end of an edge has received, and where it lives.
struct EdgeNote {
  Addr to;
  Addr from;
  float received;
  SchedulerId place;
};

/// Tells the partner that this end of an edge can do without it.
struct Waiver {
  Addr to;
  Addr from;
  auto operator<=>(const Waiver&) const = default;
};

/// An end of an edge while an epoch is closed.
struct Fresh {
  Addr self;
  Addr partner;
  float received;
};

constexpr auto note_ends = [](const EdgeNote& note) { return std::pair{note.to, note.from}; };
constexpr auto ends = [](const auto& edge) { return std::pair{edge.self, edge.partner}; };

/// Sums deposits of the same edge. The order of the sum is that of arrival, which in strict mode is the same on every
/// layout.
template <class Deposits>
std::vector<Fresh> sum_up(Deposits& log) {
  std::ranges::stable_sort(log, {}, ends);
  std::vector<Fresh> sums;
  for (const auto& deposit : log) {
    if (sums.empty() || ends(sums.back()) != ends(deposit)) sums.push_back({deposit.self, deposit.partner, 0});
    sums.back().received += deposit.energy;
  }
  log.clear();
  return sums;
}

/// Old edges and what has been received on old and new ones, both sorted, as old edges with their fresh part.
std::vector<std::pair<TrafficEdge, float>> merge(std::span<const TrafficEdge> edges, std::span<const Fresh> fresh) {
  std::vector<std::pair<TrafficEdge, float>> merged;
  merged.reserve(edges.size() + fresh.size());
  auto news = fresh.begin();
  for (const TrafficEdge& edge : edges) {
    for (; news != fresh.end() && ends(*news) < ends(edge); ++news)
      merged.push_back({{news->self, news->partner, 0, 0, 0}, news->received});
    const bool met = news != fresh.end() && ends(*news) == ends(edge);
    merged.emplace_back(edge, met ? news->received : 0);
    if (met) ++news;
  }
  for (; news != fresh.end(); ++news) merged.push_back({{news->self, news->partner, 0, 0, 0}, news->received});
  return merged;
}

}  // namespace

void Traffic::close_epoch(Rank& rank) {
  const std::size_t n = rank.schedulers().size();
  std::vector<std::vector<std::pair<TrafficEdge, float>>> merged(n);
  std::vector<std::vector<EdgeNote>> outgoing(n), arrived(n);
  infotons_ = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Scheduler& scheduler = *rank.schedulers()[i];
    infotons_ += logs_[i].size();
    merged[i] = merge(edges_[i], sum_up(logs_[i]));
    std::erase_if(merged[i], [&](const auto& entry) {
      return !rank.schedulers()[i]->directory().find(entry.first.self).is_here();
    });
    for (const auto& [edge, received] : merged[i])
      outgoing[i].push_back({edge.partner, edge.self, received, scheduler.id()});
  }
  auto keep = [&](Scheduler& at, const EdgeNote& note) { arrived[local(at)].push_back(note); };
  route_notes(rank, std::move(outgoing), keep);
  // An end that did not know the edge has sent no note, and answers now; so an end that hears nothing has a dead
  // partner.
  std::vector<std::vector<EdgeNote>> answers(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::ranges::sort(arrived[i], {}, note_ends);
    auto own = merged[i].begin();
    for (const EdgeNote& note : arrived[i]) {
      while (own != merged[i].end() && ends(own->first) < note_ends(note)) ++own;
      if (own == merged[i].end() || ends(own->first) != note_ends(note))
        answers[i].push_back({note.from, note.to, 0, rank.schedulers()[i]->id()});
    }
  }
  route_notes(rank, std::move(answers), keep);
  for (std::size_t i = 0; i < n; ++i) {
    std::ranges::sort(arrived[i], {}, note_ends);
    std::vector<TrafficEdge> edges;
    edges.reserve(arrived[i].size());
    auto own = merged[i].begin();
    for (const EdgeNote& note : arrived[i]) {
      while (own != merged[i].end() && ends(own->first) < note_ends(note)) ++own;
      const bool met = own != merged[i].end() && ends(own->first) == note_ends(note);
      const float old = met ? own->first.weight : 0;
      const float received = met ? own->second : 0;
      const float fresh = received + note.received;
      const float weight = static_cast<float>(defaults::traffic_decay) * old + fresh;
      if (std::abs(weight) >= static_cast<float>(defaults::traffic_floor))
        edges.push_back({note.to, note.from, weight, fresh, note.place});
    }
    edges_[i] = std::move(edges);
  }
  if (limit_ > 0) drop_lightest(rank);
}

void Traffic::drop_lightest(Rank& rank) {
  const std::size_t n = edges_.size();
  std::vector<std::vector<Waiver>> waivers(n), arrived(n);
  auto heavier = [](const TrafficEdge& a, const TrafficEdge& b) {
    return std::tuple{-std::abs(a.weight), a.partner} < std::tuple{-std::abs(b.weight), b.partner};
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (auto first = edges_[i].begin(), last = first; first != edges_[i].end(); first = last) {
      while (last != edges_[i].end() && last->self == first->self) ++last;
      if (static_cast<std::size_t>(last - first) <= limit_) continue;
      std::vector<TrafficEdge> all(first, last);
      const auto lightest = all.begin() + static_cast<std::ptrdiff_t>(limit_);
      std::ranges::nth_element(all, lightest, heavier);
      for (auto edge = lightest; edge != all.end(); ++edge) waivers[i].push_back({edge->partner, edge->self});
    }
  }
  route_notes(rank, waivers, [&](Scheduler& at, const Waiver& waiver) { arrived[local(at)].push_back(waiver); });
  dropped_ = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::ranges::sort(waivers[i]);
    std::ranges::sort(arrived[i]);
    std::erase_if(edges_[i], [&](const TrafficEdge& edge) {
      const bool useless = std::ranges::binary_search(waivers[i], Waiver{edge.partner, edge.self}) &&
                           std::ranges::binary_search(arrived[i], Waiver{edge.self, edge.partner});
      dropped_ += useless && edge.self < edge.partner;
      return useless;
    });
  }
}

void Traffic::save(const Scheduler& from, Addr actor, Bytes& out) const {
  const auto mine = std::ranges::equal_range(edges_[local(from)], actor, {}, &TrafficEdge::self);
  append(out, static_cast<std::uint64_t>(mine.size()));
  append(out, std::as_bytes(std::span{mine}));
}

void Traffic::load(const Scheduler& to, Addr, ByteReader& in) {
  auto& edges = arrived_[local(to)];
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) edges.push_back(in.get<TrafficEdge>());
}

void Traffic::tidy(Rank& rank) {
  for (std::size_t i = 0; i < edges_.size(); ++i) {
    const Directory& directory = rank.schedulers()[i]->directory();
    std::erase_if(edges_[i], [&](const TrafficEdge& edge) { return !directory.find(edge.self).is_here(); });
    edges_[i].insert(edges_[i].end(), arrived_[i].begin(), arrived_[i].end());
    arrived_[i].clear();
    std::ranges::sort(edges_[i], {}, ends);
  }
}

}  // namespace circo
