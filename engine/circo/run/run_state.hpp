#pragma once

#include <functional>
#include <vector>

#include <circo/io/checkpoint_file.hpp>
#include <circo/space/luggage.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// How the engine's plugins take part in a checkpoint, free of their types.
struct StateHooks {
  MigrationHooks actors;
  std::function<void(Scheduler&, StateWriter&)> save;
  std::function<void(Scheduler&, StateReader&)> load;
};

/// *Collective.* Writes the state of all schedulers as a checkpoint; fills in its layout, types and blocks. All records
/// must be in mailboxes or outboxes. Throws Error on all ranks.
void save_schedulers(Rank& rank, const StateHooks& hooks, CheckpointHead head, const std::filesystem::path& path);

/// *Collective.* Puts a checkpoint's state into the schedulers of a rank that are still empty. With as many schedulers
/// as it was written with, each gets back exactly what it had. Else actors are dealt out anew, in equal runs of
/// their order by scheduler and row, mail follows them, and plugins' columns and `load` are left out. Throws Error on
/// all ranks.
void load_schedulers(Rank& rank, const StateHooks& hooks, const CheckpointFile& file);

/// Throws Error when this program, with these types, would misread a checkpoint, saying what differs.
void check_layouts(const CheckpointHead& head, const Dispatch& dispatch);

}  // namespace circo
