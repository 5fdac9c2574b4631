#include <algorithm>
#include <tuple>

#include <circo/actor/random.hpp>
#include <circo/defaults.hpp>
#include <circo/space/gathered_traffic.hpp>
#include <circo/space/meetings.hpp>

namespace circo {

std::vector<SchedulerId> Meetings::arrange(std::span<const LoadLink> links, std::uint64_t epoch) {
  decltype(met_) met;
  std::vector<std::tuple<std::uint64_t, std::uint64_t, SchedulerId, SchedulerId>> due;
  for (const auto& [a, b, conductance] : links) {
    const auto known = met_.find({a, b});
    const std::uint64_t last = known == met_.end() ? 0 : known->second;
    met[{a, b}] = last;
    if (last <= std::max(changed_[a], changed_[b]) || epoch - last >= defaults::repartition_epochs)
      due.emplace_back(last, mix(mix(epoch, a), b), a, b);
  }
  std::ranges::sort(due);
  std::vector<SchedulerId> meeting(changed_.size(), nobody);
  for (const auto& [last, lot, a, b] : due) {
    if (meeting[a] != nobody || meeting[b] != nobody) continue;
    meeting[a] = meeting[b] = lot % 2 == 0 ? a : b;
    met[{a, b}] = epoch;
  }
  met_ = std::move(met);
  return meeting;
}

void Meetings::note_changes(const Rank& rank, const Targets& targets, std::uint64_t epoch) {
  std::vector<std::int64_t> moves(changed_.size(), 0);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const SchedulerId here = rank.schedulers()[i]->id();
    for (const SchedulerId target : targets[i]) {
      if (target == here) continue;
      ++moves[here];
      ++moves[target];
    }
  }
  rank.world().sum(moves);
  for (SchedulerId s = 0; s < moves.size(); ++s)
    if (moves[s] > 0) change(s, epoch);
}

void Meetings::save(Bytes& out) const {
  append(out, std::as_bytes(std::span{changed_}));
  append(out, met_.size());
  for (const auto& [pair, epoch] : met_) {
    append(out, pair.first);
    append(out, pair.second);
    append(out, epoch);
  }
}

void Meetings::load(ByteReader& in) {
  for (std::uint64_t& epoch : changed_) epoch = in.get<std::uint64_t>();
  for (auto count = in.get<std::size_t>(); count > 0; --count) {
    const auto a = in.get<SchedulerId>(), b = in.get<SchedulerId>();
    met_[{a, b}] = in.get<std::uint64_t>();
  }
}

}  // namespace circo
