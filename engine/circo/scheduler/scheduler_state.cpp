#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <circo/scheduler/scheduler.hpp>

namespace circo {

namespace {

void save_records(const RecordBuffer& records, StateWriter& out) {
  out.put(static_cast<std::uint64_t>(records.records()));
  records.for_each_record([&](const Envelope& record) {
    out.write({reinterpret_cast<const std::byte*>(&record), record.size});
  });
}

/// `room(const Envelope&)`: where a record is put.
template <class Room>
void load_records(StateReader& in, Room&& room) {
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    const auto head = in.get<Envelope>();
    std::byte* record = room(head);
    std::memcpy(record, &head, sizeof head);
    in.read({record + sizeof head, head.size - sizeof head});
  }
}

}  // namespace

void Scheduler::save(StateWriter& out) const {
  out.put(counts_);
  Bytes report;
  save_cereal(report_, report);
  out.put_all(std::span<const std::byte>{report});
  out.put(random_.counter());
  out.put(settings_.infoton_every);
  out.put(until_infoton_);
  out.put(position_);
  out.put(static_cast<std::uint64_t>(detours_.size()));
  for (const auto& [from, to] : detours_) {
    out.put(from);
    out.put(to);
  }
  directory_.save(out);
}

void Scheduler::inherit(StateReader& in) {
  counts_ += in.get<Counts>();
  Report report;
  load_cereal(report, in.get_all<std::byte>());
  report_.put(report);
}

void Scheduler::load(StateReader& in) {
  counts_ = {};
  inherit(in);
  random_.set_counter(in.get<std::uint64_t>());
  settings_.infoton_every = in.get<std::uint32_t>();
  until_infoton_ = in.get<std::uint32_t>();
  position_ = in.get<Position>();
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    const auto from = in.get<Addr>();
    note_detour(from, in.get<Addr>());
  }
  directory_.load(in);
}

void Scheduler::save_mailbox(StateWriter& out) const { save_records(here_.records, out); }

void Scheduler::load_mailbox(StateReader& in) {
  load_records(in, [&](const Envelope& record) { return here_.records.append(record.size, pool_); });
}

void Scheduler::save_outboxes(StateWriter& out) const {
  out.put(static_cast<std::uint64_t>(outboxes_.size()));
  for (const Outbox& outbox : outboxes_) {
    out.put(outbox.to);
    save_records(outbox.records, out);
  }
}

void Scheduler::load_outboxes(StateReader& in) {
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    RecordBuffer& records = outbox(in.get<SchedulerId>()).records;
    load_records(in, [&](const Envelope& record) { return records.append(record.size, pool_); });
  }
}

void Scheduler::reroute_mailbox(StateReader& in) {
  load_records(in, [&](const Envelope& record) { return route(record.to).records.append(record.size, pool_); });
}

void Scheduler::reroute_outboxes(StateReader& in) {
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    in.get<SchedulerId>();
    reroute_mailbox(in);
  }
}

Outbox& Scheduler::route(Addr to) {
  const SchedulerId next = directory_.next_hop(to);
  return next == id_ ? *local_ : outbox(next);
}

}  // namespace circo
