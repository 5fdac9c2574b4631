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

/// *Collective.* Writes the state of all schedulers as a checkpoint; fills in head.types and head.blocks. All records
/// must be in mailboxes or outboxes. Throws Error on all ranks.
void save_schedulers(Rank& rank, const StateHooks& hooks, CheckpointHead head, const std::filesystem::path& path);

/// *Collective.* Puts a checkpoint's state into the schedulers of a rank that are still empty. With as many schedulers
/// as it was written with, each gets back exactly what it had. Else actors are dealt out anew, in equal runs of
/// their order by scheduler and row, mail follows them, and plugins' columns and `load` are left out. Throws Error on
/// all ranks.
void load_schedulers(Rank& rank, const StateHooks& hooks, const CheckpointFile& file);

/// Actor and message types as a checkpoint tells of them: a line each, with all that is known of how they are saved.
std::string types_text(const Dispatch& dispatch);

/// Throws Error when states with these types would be misread by this program, which has those.
void check_types(const std::string& saved, const std::string& here);

}  // namespace circo
