#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <circo/transport/rank.hpp>

namespace circo {

/// *Collective.* Small trivially copyable notes (with a member `Addr to`) brought to the schedulers where the actors
/// they are for live now, by way of their homes where need be; a note to a dead actor is dropped. `outgoing`: by local
/// scheduler. Calls `arrive(Scheduler&, const Note&)` there, in an order that does not depend on the layout. Nothing
/// else may be in flight.
template <class Note, class Arrive>
void route_notes(Rank& rank, std::vector<std::vector<Note>> outgoing, Arrive&& arrive) {
  static_assert(sizeof(Note) % 8 == 0 && alignof(Note) <= 8);
  auto post = [&](Scheduler& at, std::span<const Note> notes) {
    std::vector<std::pair<SchedulerId, Note>> away;
    for (const Note& note : notes) {
      const Place place = at.directory().find(note.to);
      if (place.is_here()) {
        arrive(at, note);
      } else if (place.is_elsewhere()) {
        away.emplace_back(place.scheduler(), note);
      } else if (!at.directory().is_home(note.to)) {
        away.emplace_back(at.directory().keeper(note.to), note);
      }
    }
    std::ranges::stable_sort(away, {}, [](const auto& entry) { return entry.first; });
    for (std::size_t i = 0, end; i < away.size(); i = end) {
      for (end = i; end < away.size() && away[end].first == away[i].first;) ++end;
      auto room = rank.exchange().add({at.id(), away[i].first, (end - i) * sizeof(Note), end - i});
      for (std::size_t k = i; k < end; ++k)
        std::memcpy(room.data() + (k - i) * sizeof(Note), &away[k].second, sizeof(Note));
    }
    return static_cast<std::int64_t>(away.size());
  };
  std::int64_t under_way = 0;
  for (std::size_t i = 0; i < outgoing.size(); ++i) under_way += post(*rank.schedulers()[i], outgoing[i]);
  while (rank.world().sum(under_way) != 0) {
    under_way = 0;
    auto arrived = rank.exchange().deliver();
    std::ranges::stable_sort(arrived, {}, [](const Section& s) { return s.head.to; });
    for (const Section& section : arrived)
      under_way += post(rank.scheduler(section.head.to),
                        {reinterpret_cast<const Note*>(section.data.data()), section.head.count});
  }
}

}  // namespace circo
