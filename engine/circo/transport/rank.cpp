#include <algorithm>

#include <fmt/format.h>

#include <circo/memory.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

namespace {

Layout make_layout(const Communicator& world, SchedulerId per_rank) {
  const Layout layout{world.size(), world.rank(), per_rank};
  if (per_rank == 0 || std::uint64_t{per_rank} * static_cast<std::uint64_t>(world.size()) > Addr::max_schedulers)
    throw Error(fmt::format("{} schedulers a rank on {} ranks: expected 1 to {} schedulers in all", per_rank,
                            world.size(), Addr::max_schedulers));
  return layout;
}

}  // namespace

Rank::Rank(MPI_Comm comm, const Dispatch& dispatch, const RankSettings& settings)
    : binding_{dispatch.list},
      settings_{settings},
      world_{Communicator::duplicate(comm)},
      layout_{make_layout(world_, settings.schedulers_per_rank)},
      topology_{world_, settings.topology},
      exchange_{topology_, layout_, settings.exchange},
      handed_over_(settings.schedulers_per_rank) {
  keep_freed_memory();
  SchedulerSettings each;
  each.seed = settings.seed;
  each.strict = settings.strict;
  each.infoton_every = settings.infoton_every;
  each.first_of_rank = layout_.first();
  each.per_rank = layout_.per_rank;
  each.schedulers = layout_.schedulers();
  each.max_actors = settings.max_actors;
  for (SchedulerId i = 0; i < layout_.per_rank; ++i)
    schedulers_.push_back(std::make_unique<Scheduler>(layout_.first() + i, dispatch, each));
}

std::uint64_t Rank::local_actors() const {
  std::uint64_t sum = 0;
  for (const auto& scheduler : schedulers_) sum += scheduler->arena().size();
  return sum;
}

void Rank::set_lost_homes(std::vector<std::uint32_t> addresses) {
  lost_homes_ = std::move(addresses);
  for (const auto& scheduler : schedulers_)
    scheduler->directory().set_homes(layout_.schedulers() + static_cast<SchedulerId>(lost_homes_.size()));
}

void Rank::collect() {
  for (const auto& from : schedulers_) {
    for (auto& outbox : from->outboxes()) {
      RecordBuffer& records = outbox.records;
      if (from->failure()) records.clear(from->pool());  // the run ends, maybe for want of the memory of a copy
      if (records.empty()) continue;
      if (!layout_.is_here(outbox.to)) {
        send_off(*from, outbox);
      } else if (settings_.strict) {
        handed_over_[layout_.local(outbox.to)].emplace_back(from->id()).records.splice(records);
      } else {
        scheduler(outbox.to).mailbox().splice(records);
      }
    }
  }
}

void Rank::send_off(Scheduler& from, Outbox& outbox) {
  try {
    outbox.records.copy_to(exchange_.add({from.id(), outbox.to, outbox.records.bytes(), 0}));
  } catch (...) {
    from.fail(std::current_exception());
  }
  outbox.records.clear(from.pool());
}

void Rank::distribute(std::vector<Section> arrived) {
  auto deliver = [&](const Section& section) {
    guard([&] { scheduler(section.head.to).mailbox().append_view(section.data, section.owner); });
  };
  if (!settings_.strict) {
    for (const auto& section : arrived) deliver(section);
    return;
  }
  std::ranges::stable_sort(arrived, {}, [](const Section& s) { return std::pair{s.head.to, s.head.from}; });
  auto section = arrived.begin();
  for (std::size_t i = 0; i < schedulers_.size(); ++i) {
    const SchedulerId to = layout_.first() + static_cast<SchedulerId>(i);
    for (auto& handover : handed_over_[i]) {  // ascending, as collect goes by scheduler
      for (; section != arrived.end() && section->head.to == to && section->head.from < handover.from; ++section)
        deliver(*section);
      schedulers_[i]->mailbox().splice(handover.records);
    }
    for (; section != arrived.end() && section->head.to == to; ++section) deliver(*section);
    handed_over_[i].clear();
  }
}

void Rank::deliver_all() {
  while (exchange_.in_flight() > 0) distribute(exchange_.finish());
  collect();
  distribute(exchange_.deliver());
}

void Rank::settle() {
  deliver_all();
  if (!moved_) return;
  for (;;) {
    std::int64_t forwarded = 0;
    for (const auto& scheduler : schedulers_) {
      if (scheduler->failure()) continue;  // the run ends; where its mail goes is all the same
      try {
        forwarded += static_cast<std::int64_t>(scheduler->sort_out_mailbox());
      } catch (...) {
        scheduler->fail(std::current_exception());
      }
    }
    if (world_.sum(forwarded) == 0) return;
    collect();
    distribute(exchange_.deliver());
  }
}

}  // namespace circo
