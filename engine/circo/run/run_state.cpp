#include <cstring>

#include <fmt/format.h>

#include <circo/run/run_state.hpp>
#include <circo/run/state_layout.hpp>
#include <circo/run/version.hpp>
#include <circo/space/migration.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

class ByteCounter final : public StateWriter {
 public:
  void write(std::span<const std::byte> bytes) override { count_ += bytes.size(); }
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
};

void save_actors(Scheduler& scheduler, const StateHooks& hooks, StateWriter& out) {
  Bytes luggage;
  for (std::uint32_t row = 0; row < scheduler.arena().size(); ++row) {
    luggage.clear();
    pack_actor(scheduler, row, hooks.actors, luggage);
    out.write(luggage);
  }
}

void save_part(Scheduler& scheduler, CheckpointPart part, const StateHooks& hooks, StateWriter& out) {
  switch (part) {
    case CheckpointPart::core:
      return scheduler.save(out);
    case CheckpointPart::actors:
      return save_actors(scheduler, hooks, out);
    case CheckpointPart::mail:
      return scheduler.save_mailbox(out);
    case CheckpointPart::outboxes:
      return scheduler.save_outboxes(out);
    case CheckpointPart::plugins:
      return hooks.save(scheduler, out);
  }
}

/// Sizes of all parts: a first pass over everything, as the room for it must be known before the first byte is written.
std::vector<CheckpointBlock> measure_blocks(Rank& rank, const StateHooks& hooks) {
  std::vector<CheckpointBlock> mine;
  together(rank.world(), "save the state of the run", [&] {
    for (const auto& scheduler : rank.schedulers()) {
      CheckpointBlock& block = mine.emplace_back();
      block.actors = scheduler->arena().size();
      for (std::size_t i = 0; i < checkpoint_parts; ++i) {
        ByteCounter counter;
        save_part(*scheduler, static_cast<CheckpointPart>(i), hooks, counter);
        block.at[i + 1] = block.at[i] + counter.count();
      }
    }
  });
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<CheckpointBlock> all(bytes.size() / sizeof(CheckpointBlock));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  std::uint64_t end = 0;
  for (CheckpointBlock& block : all) {
    for (std::uint64_t& at : block.at) at += end;
    end = block.at.back();
  }
  return all;
}

/// Calls `use(luggage)` for each actor of a block, in order.
template <class Use>
void for_each_saved(const CheckpointFile& file, std::size_t block, Use&& use) {
  const auto in = file.part(block, CheckpointPart::actors);
  Bytes luggage;
  for (std::uint64_t i = 0; i < file.head().blocks[block].actors; ++i) {
    const auto head = in->get<Luggage>();
    luggage.resize(head.bytes);
    std::memcpy(luggage.data(), &head, sizeof head);
    in->read(std::span{luggage}.subspan(sizeof head));
    use(std::span<const std::byte>{luggage});
  }
}

void load_as_it_was(Rank& rank, const StateHooks& hooks, const CheckpointFile& file) {
  together(rank.world(), "load the checkpoint", [&] {
    for (const auto& scheduler : rank.schedulers()) {
      const SchedulerId id = scheduler->id();
      scheduler->load(*file.part(id, CheckpointPart::core));
      for_each_saved(file, id, [&](auto luggage) { unpack_actor(*scheduler, luggage, hooks.actors); });
      scheduler->load_mailbox(*file.part(id, CheckpointPart::mail));
      scheduler->load_outboxes(*file.part(id, CheckpointPart::outboxes));
      hooks.load(*scheduler, *file.part(id, CheckpointPart::plugins));
    }
  });
}

/// How the state of some schedulers is dealt out to another number of them.
class Redistribution {
 public:
  Redistribution(Rank& rank, const StateHooks& hooks, const CheckpointFile& file)
      : rank_{rank},
        hooks_{hooks},
        file_{file},
        before_{file.head().blocks.size()},
        now_{rank.layout().schedulers()},
        addresses_{file.head().addresses} {
    for (const CheckpointBlock& block : file.head().blocks) starts_.push_back(starts_.back() + block.actors);
  }

  /// *Collective.*
  void carry_out() {
    together(rank_.world(), "load the checkpoint", [&] {
      for (const auto& scheduler : rank_.schedulers()) {
        load_core(*scheduler);
        load_actors(*scheduler);
      }
    });
    tell_keepers(rank_);
    rank_.set_moved();
    // What waited comes before what was on its way.
    load_mail(CheckpointPart::mail, &Scheduler::reroute_mailbox);
    rank_.settle();
    load_mail(CheckpointPart::outboxes, &Scheduler::reroute_outboxes);
  }

 private:
  /// The scheduler that takes over what belongs to none of the actors. Ascending, as later reports count more.
  std::size_t heir(std::size_t block) const { return block * now_ / before_; }
  /// The first actor that goes to a scheduler.
  std::uint64_t first_actor(std::size_t scheduler) const { return scheduler * starts_.back() / now_; }

  template <class Use>
  void for_each_inherited(const Scheduler& scheduler, Use&& use) {
    for (std::size_t block = 0; block < before_; ++block)
      if (heir(block) == scheduler.id()) use(block);
  }

  void load_core(Scheduler& scheduler) {
    const SchedulerId id = scheduler.id();
    if (id < before_) scheduler.load(*file_.part(id, CheckpointPart::core));
    scheduler.counts() = {};
    scheduler.report().clear();
    for_each_inherited(scheduler,
                       [&](std::size_t block) { scheduler.inherit(*file_.part(block, CheckpointPart::core)); });
    scheduler.take_detours();
    scheduler.directory().forget_places();
    if (id >= before_ && id < addresses_.size()) scheduler.directory().skip(addresses_[id]);
  }

  void load_actors(Scheduler& scheduler) {
    const std::uint64_t begin = first_actor(scheduler.id()), end = first_actor(scheduler.id() + std::size_t{1});
    for (std::size_t block = 0; block < before_; ++block) {
      if (starts_[block + 1] <= begin || starts_[block] >= end) continue;
      std::uint64_t actor = starts_[block];
      for_each_saved(file_, block, [&](auto luggage) {
        if (actor >= begin && actor < end) unpack_actor(scheduler, luggage, hooks_.actors, false);
        ++actor;
      });
    }
  }

  /// *Collective.*
  void load_mail(CheckpointPart part, void (Scheduler::*take)(StateReader&)) {
    together(rank_.world(), "load the mail of the checkpoint", [&] {
      for (const auto& scheduler : rank_.schedulers())
        for_each_inherited(*scheduler, [&](std::size_t block) { (scheduler.get()->*take)(*file_.part(block, part)); });
    });
  }

  Rank& rank_;
  const StateHooks& hooks_;
  const CheckpointFile& file_;
  std::size_t before_, now_;  // schedulers
  const std::vector<std::uint32_t>& addresses_;
  std::vector<std::uint64_t> starts_{0};  // of blocks, in actors
};

/// *Collective.* Addresses given out at each home that there has ever been.
std::vector<std::uint32_t> gather_addresses(const Rank& rank) {
  std::vector<std::uint32_t> mine;
  for (const auto& scheduler : rank.schedulers()) mine.push_back(scheduler->directory().indices());
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<std::uint32_t> all(bytes.size() / sizeof(std::uint32_t));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  all.insert(all.end(), rank.lost_homes().begin(), rank.lost_homes().end());
  return all;
}

}  // namespace

void check_layouts(const CheckpointHead& head, const Dispatch& dispatch) {
  const auto check = [&](const std::string& saved, const std::string& here, const std::string& whose) {
    const std::string difference = layout_difference(saved, here);
    if (!difference.empty())
      throw Error(
          fmt::format("the checkpoint was written by a program with other types {} (circo {}, commit {}; this is "
                      "commit {}): {}; resume with the program that wrote it",
                      whose, head.version, head.git, git_hash(), difference));
  };
  check(head.types, types_text(dispatch), "of the model");
  check(head.layout, engine_layout(), "of the engine");
}

void save_schedulers(Rank& rank, const StateHooks& hooks, CheckpointHead head, const std::filesystem::path& path) {
  head.layout = engine_layout();
  head.types = types_text(rank.schedulers().front()->dispatch());
  head.addresses = gather_addresses(rank);
  head.blocks = measure_blocks(rank, hooks);
  write_checkpoint(
      rank.world(), path, head, rank.layout().first(), rank.schedulers().size(), [&](StateWriter& out, std::size_t id) {
        for (std::size_t i = 0; i < checkpoint_parts; ++i)
          save_part(rank.scheduler(static_cast<SchedulerId>(id)), static_cast<CheckpointPart>(i), hooks, out);
      });
}

void load_schedulers(Rank& rank, const StateHooks& hooks, const CheckpointFile& file) {
  check_layouts(file.head(), rank.schedulers().front()->dispatch());
  const SchedulerId schedulers = rank.layout().schedulers();
  const auto& addresses = file.head().addresses;
  if (addresses.size() > schedulers) rank.set_lost_homes({addresses.begin() + schedulers, addresses.end()});
  if (file.head().blocks.size() == schedulers) {
    load_as_it_was(rank, hooks, file);
  } else {
    Redistribution{rank, hooks, file}.carry_out();
  }
  together(rank.world(), "bring the actors of the checkpoint back", [&] {
    for (const auto& scheduler : rank.schedulers()) all_arrived(*scheduler);
  });
  for (const auto& scheduler : rank.schedulers()) scheduler->directory().arrange();
}

}  // namespace circo
