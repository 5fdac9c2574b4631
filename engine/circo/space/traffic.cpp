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

constexpr auto ends = [](const auto& edge) { return std::pair{edge.self, edge.partner}; };

/// Sorts edges of which the first are in order already. Returns whether there were others.
bool sort_in(std::vector<TrafficEdge>& edges) {
  const auto middle = std::ranges::is_sorted_until(edges, {}, ends);
  if (middle == edges.end()) return false;
  std::ranges::sort(middle, edges.end(), {}, ends);
  std::ranges::inplace_merge(edges, middle, {}, ends);
  return true;
}

/// The weights after the epoch whose traffic is `fresh`. Ends below the noise go, and those that have heard nothing:
/// their partner is dead, or they are themselves. Returns whether any went.
bool weigh(std::vector<TrafficEdge>& edges, SchedulerId unheard) {
  for (TrafficEdge& edge : edges) edge.weight = static_cast<float>(defaults::traffic_decay) * edge.weight + edge.fresh;
  return std::erase_if(edges, [&](const TrafficEdge& edge) {
           return edge.place == unheard || std::abs(edge.weight) < static_cast<float>(defaults::traffic_floor);
         }) > 0;
}

}  // namespace

void Traffic::close_epoch(Rank& rank) {
  const std::size_t n = edges_.size();
  std::vector<bool> renumbered(n);
  for (std::size_t i = 0; i < n; ++i) take_received(i);
  hear_partners(rank);
  for (std::size_t i = 0; i < n; ++i) {
    const bool fewer = weigh(edges_[i], unheard);
    renumbered[i] = sort_in(edges_[i]) || fewer;
  }
  std::vector<std::size_t> before(n);
  std::ranges::transform(edges_, before.begin(), &std::vector<TrafficEdge>::size);
  if (limit_ > 0) drop_lightest(rank);
  for (std::size_t i = 0; i < n; ++i) {
    received_[i].clear_energies();
    if (renumbered[i] || edges_[i].size() < before[i]) received_[i].renumber(std::span<const TrafficEdge>{edges_[i]});
  }
}

TrafficEdge& Traffic::end_of(std::size_t scheduler, EdgeSums::Sum& sum) {
  if (sum.edge == EdgeSums::no_edge) {
    sum.edge = static_cast<std::uint32_t>(edges_[scheduler].size());
    edges_[scheduler].push_back({sum.self, sum.partner, 0, 0, unheard});
  }
  return edges_[scheduler][sum.edge];
}

void Traffic::take_received(std::size_t scheduler) {
  for (TrafficEdge& edge : edges_[scheduler]) {
    edge.fresh = 0;
    edge.place = unheard;
  }
  for (EdgeSums::Sum& sum : received_[scheduler].cells())
    if (sum.self) end_of(scheduler, sum).fresh = sum.energy;
}

void Traffic::hear_partners(Rank& rank) {
  const std::size_t n = edges_.size();
  std::vector<std::vector<EdgeNote>> notes(n), answers(n);
  for (std::size_t i = 0; i < n; ++i) {
    const SchedulerId here = rank.schedulers()[i]->id();
    const Directory& directory = rank.schedulers()[i]->directory();
    Addr self;
    bool alive = false;
    for (std::size_t k = 0; k < edges_[i].size(); ++k) {  // grows on the way
      const TrafficEdge edge = edges_[i][k];
      if (edge.place != unheard) continue;
      if (edge.self != self) {
        self = edge.self;
        alive = directory.find(self).is_here();
      }
      if (!alive) continue;
      if (!directory.find(edge.partner).is_here()) {
        notes[i].push_back({edge.partner, self, edge.fresh, here});
        continue;
      }
      TrafficEdge& other = end_of(i, received_[i].at(edge.partner, self));
      TrafficEdge& own = edges_[i][k];
      own.fresh = other.fresh = edge.fresh + other.fresh;
      own.place = other.place = here;
    }
  }
  route_notes(rank, std::move(notes), [&](Scheduler& at, const EdgeNote& note) {
    const std::size_t known = edges_[local(at)].size();
    TrafficEdge& edge = end_of(local(at), received_[local(at)].at(note.to, note.from));
    edge.fresh += note.received;
    edge.place = note.place;
    if (edges_[local(at)].size() > known) answers[local(at)].push_back({note.from, note.to, 0, at.id()});
  });
  route_notes(rank, std::move(answers), [&](Scheduler& at, const EdgeNote& note) {
    end_of(local(at), received_[local(at)].at(note.to, note.from)).place = note.place;
  });
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

bool Traffic::known_before(const Rank& rank) const {
  const bool here = std::ranges::any_of(edges_, [](const auto& edges) {
    return std::ranges::any_of(edges, [](const TrafficEdge& edge) { return edge.weight > std::max(edge.fresh, 0.0F); });
  });
  return rank.world().sum(std::int64_t{here}) > 0;
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

void Traffic::save_received(const Scheduler& at, StateWriter& out) {
  std::vector<EdgeSums::Sum> sums;
  for (const EdgeSums::Sum& sum : received_[local(at)].cells())
    if (sum.energy != 0) sums.push_back({sum.self, sum.partner, sum.energy, EdgeSums::no_edge});
  out.put_all(std::span<const EdgeSums::Sum>{sums});
}

void Traffic::load_received(const Scheduler& at, StateReader& in) {
  for (const EdgeSums::Sum& sum : in.get_all<EdgeSums::Sum>())
    received_[local(at)].add(sum.self, sum.partner, sum.energy);
}

void Traffic::tidy(Rank& rank) {
  for (std::size_t i = 0; i < edges_.size(); ++i) {
    const Directory& directory = rank.schedulers()[i]->directory();
    const auto gone = [&](const TrafficEdge& edge) { return !directory.find(edge.self).is_here(); };
    const auto left = std::erase_if(edges_[i], gone);
    std::erase_if(arrived_[i], gone);  // died in on_migrate
    if (left == 0 && arrived_[i].empty()) continue;
    edges_[i].insert(edges_[i].end(), arrived_[i].begin(), arrived_[i].end());
    arrived_[i].clear();
    sort_in(edges_[i]);
    received_[i].renumber(std::span<const TrafficEdge>{edges_[i]});
  }
}

}  // namespace circo
