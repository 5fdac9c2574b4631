#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <circo/defaults.hpp>
#include <circo/space/memory_order.hpp>
#include <circo/space/placement.hpp>
#include <circo/space/scheduler_grid.hpp>

namespace circo {

void Placement::on_setup(Rank& rank) {
  const auto places = scheduler_grid(rank.layout().schedulers());
  for (const auto& scheduler : rank.schedulers()) scheduler->set_position(places[scheduler->id()]);
  if (settings_.balancer.make == nullptr) return;
  traffic_ = std::make_unique<Traffic>(rank, settings_.traffic_limit);
  balancer_ = settings_.balancer.make(rank, settings_.each);
  const bool infotons = settings_.balancer.needs_traffic || settings_.each.law.on_infoton != nullptr;
  // Until the traffic is known every message carries one.
  const std::uint32_t every = infotons ? std::max(settings_.infoton_every, 1u) : 0;
  for (const auto& scheduler : rank.schedulers()) {
    scheduler->set_infoton_every(every);
    scheduler->set_infoton_sources(settings_.each.law.on_infoton != nullptr);
  }
}

void Placement::capture(Scheduler& at, const Envelope& record, ActorHead& actor) {
  if (settings_.balancer.needs_traffic) traffic_->deposit(at, record);
  if (settings_.each.law.on_infoton != nullptr) {
    Position& position = at.arena().positions()[actor.row];
    position = settings_.each.law.on_infoton(position, *record.infoton());
  }
}

void Placement::on_epoch(Rank& rank, Epoch& epoch) {
  if (!balancer_) return;
  const auto start = std::chrono::steady_clock::now();
  const Activity activity = this->activity(epoch);
  const bool steps = activity == Activity::step;
  if (settings_.balancer.needs_traffic && steps) {
    traffic_->close_epoch(rank);
    epoch.dropped_edges = static_cast<std::uint64_t>(rank.world().sum(static_cast<std::int64_t>(traffic_->dropped())));
  }
  if (!epoch.last && steps) {
    const Targets targets = balancer_->balance(rank, *traffic_, epoch);
    epoch.migrated = static_cast<std::uint64_t>(rank.world().sum(static_cast<std::int64_t>(epoch.migrate(targets))));
    if (settings_.balancer.needs_traffic) {
      traffic_->tidy(rank);
      centre_schedulers(rank);
      if (balancer_->positions_partners()) lay_out(rank, epoch);
    }
  }
  set_infoton_rate(rank, epoch, activity);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  epoch.placement_s = rank.world().max(time.count());
}

void Placement::lay_out(Rank& rank, const Epoch& epoch) {
  moved_ += static_cast<double>(epoch.migrated);
  const auto actors = static_cast<double>(epoch.actors);
  if (static_cast<double>(epoch.migrated) > defaults::moves_at_rest * actors || moved_ < defaults::disorder * actors)
    return;
  moved_ = 0;
  rank.parallel([](Scheduler& scheduler) { lay_out_along_curve(scheduler); });
}

void Placement::centre_schedulers(Rank& rank) {
  for (const auto& scheduler : rank.schedulers()) {
    double x = 0, y = 0, z = 0;
    const auto positions = std::as_const(*scheduler).arena().positions();
    for (const Position& position : positions) {
      x += position.x;
      y += position.y;
      z += position.z;
    }
    if (positions.empty()) continue;
    const auto n = static_cast<double>(positions.size());
    scheduler->set_position({static_cast<float>(x / n), static_cast<float>(y / n), static_cast<float>(z / n)});
  }
}

Activity Placement::activity(const Epoch& epoch) {
  const std::uint64_t every = settings_.each.epochs_per_step;
  if (every > 1 && epoch.number % every != 0) return Activity::gather;
  return balancer_->activity(epoch);
}

std::uint64_t Placement::epochs_ahead() const {
  return std::max(settings_.each.epochs_per_step, balancer_->epochs_ahead());
}

void Placement::set_infoton_rate(Rank& rank, const Epoch& epoch, Activity activity) {
  // Laws that move actors by each infoton mean every one.
  if (settings_.each.law.on_infoton != nullptr || !settings_.balancer.needs_traffic) return;
  if (activity == Activity::gather) return;
  std::uint32_t every = settings_.infoton_every;
  if (every == 0) {
    const double wanted = defaults::infotons_per_actor * static_cast<double>(std::max<std::uint64_t>(epoch.actors, 1));
    const auto sent = static_cast<double>(epoch.sent * epochs_ahead());
    every = static_cast<std::uint32_t>(std::clamp(std::floor(sent / wanted), 1.0, 1e6));
  }
  for (const auto& scheduler : rank.schedulers()) scheduler->set_infoton_every(activity == Activity::rest ? 0 : every);
}

void Placement::on_migrate_out(Scheduler& from, std::uint32_t row, Bytes& out) {
  if (traffic_) traffic_->save(from, from.arena().addr(row), out);
}

void Placement::on_migrate_in(Scheduler& to, std::uint32_t row, ByteReader& in) {
  if (traffic_) traffic_->load(to, to.arena().addr(row), in);
}

void Placement::on_checkpoint(Rank& rank, Bytes& out) {
  Bytes state;
  if (balancer_) balancer_->save(state);
  append(out, moved_);
  append(out, rank.layout().schedulers());
  append(out, state.size());
  append(out, state);
}

void Placement::on_resume(Rank& rank, ByteReader& in) {
  moved_ = in.get<double>();
  const bool same_schedulers = in.get<SchedulerId>() == rank.layout().schedulers();
  ByteReader state{in.take(in.get<std::size_t>())};
  if (balancer_ && same_schedulers) balancer_->load(state);
  if (traffic_) traffic_->tidy(rank);
}

void Placement::on_checkpoint(Scheduler& at, StateWriter& out) {
  if (traffic_) traffic_->save_received(at, out);
}

void Placement::on_resume(Scheduler& at, StateReader& in) {
  if (traffic_) traffic_->load_received(at, in);
}

}  // namespace circo
