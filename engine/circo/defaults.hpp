#pragma once

#include <cstddef>
#include <cstdint>

/// Every tunable of the engine, with its unit and where the value comes from.
namespace circo::defaults {

/// Distance, per coordinate, from a parent to the actor that it spawns. The space of a scheduler is about 1 wide.
inline constexpr double spawn_distance = 0.01;

/// Messages that a scheduler delivers in a relaxed superstep at most, some 5 ms of work: a bound for programs that
/// could go on by themselves for ever. Much less would hold up tokens that travel from scheduler to scheduler until
/// they go about in convoys, which leaves other schedulers idle (measured with linked_list).
inline constexpr std::uint64_t superstep_budget = 1 << 18;

/// When more than one message in this many leaves its scheduler, all are sent without a branch between here and
/// elsewhere: it costs 1 ns a message, a branch that the processor guesses wrong some 16 ns (Zen 5). When fewer do, and
/// actors have moved, all wait here, and those that find no receiver are passed on: that costs such a message a copy,
/// and saves all others a look-up.
inline constexpr std::uint64_t wrong_guess = 16;

/// Bytes of a rank's actors beyond which the drain looks ahead in the mailbox: a second-level cache. Below, looking
/// costs more than it saves (measured: even at 1 MiB; with 1.6 MiB at each of four schedulers it saves two thirds).
inline constexpr std::size_t cached_arena_bytes = std::size_t{1} << 20;
/// Records from asking for an entry of the directory to asking for the actor, and from there to handling its message.
/// Each is more than the latency of main memory, 150 ns. In random order a third of it took half as long again.
inline constexpr std::size_t entry_ahead = 32;
inline constexpr std::size_t actor_ahead = 24;
/// Of an actor at most so many bytes are asked for ahead: that many lines of 24 actors are under way.
inline constexpr std::size_t actor_bytes_ahead = 256;

/// Memory that a scheduler takes before it has an actor, about.
inline constexpr std::uint64_t scheduler_bytes = 6144;

/// Events a rank that a timeline holds, 40 bytes each; later ones are left out.
inline constexpr std::size_t trace_events = 1 << 18;

/// Exchanges that may be under way while local mail is drained.
inline constexpr int staleness = 1;

/// Bytes a neighbor in the fixed first block of an exchange; a larger batch follows as messages of its own. 2 KiB is
/// about 50 small messages, and 31 neighbors' blocks still fit into a first-level cache.
inline constexpr std::size_t first_block_bytes = 2048;

/// Largest single transfer; MPI counts are int, and pieces let both sides overlap copying and sending.
inline constexpr std::size_t transfer_bytes = std::size_t{1} << 30;

/// Bytes of the smallest block of memory that ranks of one machine share. Larger ones than the second are given back to
/// the system when that many others have been used since: fresh pages cost several times what the bytes do.
inline constexpr std::size_t least_shared_block = std::size_t{64} << 10;
inline constexpr std::size_t kept_shared_block = std::size_t{32} << 20;
inline constexpr int shared_block_patience = 64;
/// Blocks of a rank at most, each an open file: some for each of 31 neighbors.
inline constexpr std::size_t shared_blocks = 256;

/// Ranks up to which the neighbor graph is complete; beyond, a 3D grid of ranks.
inline constexpr int complete_topology_ranks = 32;

/// Actors are laid out anew in memory, by where they are, when so many have moved since the last time, and hardly any
/// moves any more; both as shares of all. Costs what moving them all would.
inline constexpr double disorder = 0.125;
inline constexpr double moves_at_rest = 0.01;

/// Other schedulers keep the places of a home's actors in a flat table where they know at least one in this many, at
/// most 128 bytes a known actor: looking up guests in a hash table, 16 to 64 bytes, takes three times as long, as
/// probes and the choice between it and the table of the own home are guessed wrong (pagerank, 27 ns a message and 13).
inline constexpr std::size_t table_sparsity = 16;

/// Known places of actors that are not at home here, per scheduler (16 bytes each); with more, those that nobody asks
/// for are forgotten at each epoch and not only when actors move.
inline constexpr std::size_t known_places = 1 << 20;

/// An epoch closes when an actor has got this many messages in the mean, which shows who talks to whom, and these many
/// supersteps have passed, so that work that wanders from scheduler to scheduler has been everywhere. At the latest
/// after `epoch_supersteps`.
inline constexpr double epoch_messages_per_actor = 8;
inline constexpr std::uint64_t epoch_min_supersteps = 60;
inline constexpr std::uint64_t epoch_supersteps = 1024;

/// What remains of an edge's traffic after an epoch: the mean age of what it holds is five epochs.
inline constexpr double traffic_decay = 0.8;
/// Edges with less traffic than this many messages are forgotten.
inline constexpr double traffic_floor = 0.01;
/// Edges an actor that the traffic holds, 32 bytes each at either end: more than an actor in contact with many at
/// random gets infotons from while they are remembered.
inline constexpr std::size_t traffic_limit = 256;
/// Infotons that an actor gets in an epoch (mean) when their rate is adapted: enough to tell its partners apart. Half
/// as many left meshes over 256 schedulers 10 % worse.
inline constexpr double infotons_per_actor = 32;

/// Bytes of a checkpoint that a rank holds in memory at once while it writes or reads one: enough for a file system to
/// work at its full rate.
inline constexpr std::size_t slice_bytes = 4 << 20;
/// Checkpoints that are kept: should the newest be damaged, there is one more.
inline constexpr int checkpoints_kept = 2;
/// Seconds without progress after SIGTERM or SIGINT until it ends the process as it would any other. Below the 30 s
/// that Slurm waits before SIGKILL, above what METIS takes for some million edges.
inline constexpr unsigned signal_grace_s = 25;

/// Seconds that a rank on which something has failed waits for the others to hear of it. They do not come while they
/// wait for it in a collective operation; then it ends them.
inline constexpr int failure_patience_s = 5;

/// Sweeps of the infoton step at an epoch: they cost less than learning the traffic does and the trades that go with a
/// step; with as many in all, 4, 8 and 12 at a time come out even.
inline constexpr int sweeps = 8;

/// Clusters from whose graph the space unfolds, about; their graph, at most 1 MiB, is summed over ranks once. Twice as
/// many were no better on meshes of 16,000 to 50,000 actors.
inline constexpr double clusters = 512;
/// Actors a cluster (mean) at least: of fewer it would be no coarser than the traffic itself.
inline constexpr double cluster_actors = 8;
/// Rounds in which clusters grow, one partner farther in each: on meshes 10 to 20 do; on a very long list not all
/// actors are in one then.
inline constexpr int cluster_rounds = 256;
/// The clusters' space has unfolded when the highest Ritz value falls by less than this part of it in so many sweeps;
/// and sweeps at most. Each takes 0.03 ms.
inline constexpr double coarse_settled = 0.002;
inline constexpr int coarse_look = 32;
inline constexpr int coarse_sweeps = 1024;
/// Moves of the schedulers' places in a sweep, at most, before actors first follow them, until loads are even: mending
/// loads later would leave the parts of meshes and lists in pieces.
inline constexpr int seeding_moves = 20;

// The infoton step; values found with a sequential prototype over meshes, trees, communities and power-law graphs.
/// Sweeps before actors first follow the geometry, which needs some to unfold: it is what the first step ends with.
inline constexpr int first_placement_sweep = sweeps - 1;
/// Sweeps of an era, in which a challenger is refined before it is judged: two steps.
inline constexpr int era_sweeps = 2 * sweeps;
/// Eras of geometry at the start, while the space unfolds.
inline constexpr int unfolding_eras = 2;
/// An origin of challengers that has failed so often, and no other has won meanwhile, is of no use.
inline constexpr int fruitless_eras = 4;
/// Hope to win as much again as the last era did, of what is left, fades to this part of it with each `sweeps` sweeps.
inline constexpr double fading_hope = 0.5;
/// Messages an actor gets (mean) from one step to the next at least, while all may be won, and at most. A step with its
/// infotons takes as long as 200 to 300 messages an actor (pagerank on meshes, 2 ranks x 3), so looking on in vain soon
/// costs less than a tenth of the run.
inline constexpr double eager_messages = epoch_messages_per_actor;
inline constexpr double patient_messages = 8192;
/// Remote share and excess load that a step can win count as this much at least, so that pauses grow at most twenty
/// times for want of them: a token that crosses seldom may still be all that a program waits for (linked_list).
inline constexpr double least_to_win = 0.05;
/// Relative load that refinement lets no scheduler grow beyond, and the one that counts as balanced.
inline constexpr double load_cap = 1.04;
inline constexpr double balanced = 1.05;
/// A challenger replaces the incumbent when it cuts less by this part of the cut, and by as much more for each move an
/// actor that it costs.
inline constexpr double least_gain = 0.001;
/// Eras after which it must be better by that part once more, and so on: what is won late is mostly noise.
inline constexpr double eras_of_patience = 6;
inline constexpr double gain_per_move = 0.05;
/// A geometry that cuts less than this many times what the incumbent cuts is molten before it is given up.
inline constexpr double nearly = 1.15;
/// Noise of the gains at the start of an annealed era, in parts of an actor's traffic; likewise after a challenger has
/// been molten, where it only makes moves that gain nothing possible; and the part of the time in which it fades.
inline constexpr double annealing_noise = 0.4;
inline constexpr double frozen_noise = 0.1;
inline constexpr double annealed_share = 0.7;
/// Sweeps of an era for which a challenger is molten; then for which it is refined.
inline constexpr int molten_sweeps = 24;
inline constexpr int frozen_sweeps = 16;
/// Inverse temperatures at which labels are molten: the warmest keeps the borders of meshes some actors wide, the
/// coldest suits graphs where most traffic is remote whatever one does.
inline constexpr double warmest = 4;
inline constexpr double coldest = 30;
/// Growth of the inverse temperature while they are molten.
inline constexpr double cooling = 2.5;
/// Growth of a molten label's price in a sweep, for a load of twice the mean.
inline constexpr double molten_price_rate = 0.5;
/// Part of its traffic that an actor must gain to leave the incumbent's label: without it, noise in the traffic would
/// keep border actors moving.
inline constexpr double hysteresis = 0.02;
/// While the step rests: growth of imbalance or remote share, and relative change of the number of actors, that is more
/// than noise.
inline constexpr double imbalance_change = 0.05;
inline constexpr double remote_share_change = 0.01;
inline constexpr double actors_change = 0.05;

// The other balancers.
/// Part of the unevenness of loads that must go for a balancer of loads to move actors.
inline constexpr double worth_moving = 0.99;
/// Load, in mean loads of a scheduler, from which `greedy` looks at an actor by itself: below, what is left over when
/// actors do not fit exactly keeps a scheduler balanced. There are at most 1/0.02 of them a scheduler.
inline constexpr double heavy_actor = 0.02;
/// A pass of moves between two parts (Fiduccia and Mattheyses) ends after so many, as part of all vertices and at
/// least, without a division better than any before: it finds as much as one that goes on, and the infoton step
/// takes 2.3 instead of 2.9 s on a mesh, 2.4 instead of 3.9 s on a small world.
inline constexpr double pass_patience = 0.25;
inline constexpr std::size_t least_pass_patience = 64;
/// Neighbors of a scheduler are those with which it exchanges most traffic, as many as a cell has in a foam, and the
/// next one in order: they meet to trade, in the infoton step too, and load flows between them in `diffusion`.
inline constexpr std::size_t traffic_neighbors = 14;
/// How well load flows to the next one in order, with which there need not be traffic, when it flows with 1 to the
/// others: so that load finds a way at all, and takes it only when there is no other.
inline constexpr double next_conductance = 0.01;
/// Relative residual at which the flows count as solved: far below the load of an actor.
inline constexpr double diffusion_residual = 1e-6;
/// `metis` and `scotch` take a new division when its cut, of traffic that it was not fitted to and with what chance may
/// have to do with it, plus the imbalance beyond `tolerated_imbalance`, is below this part of the present one's, and
/// lower by at least `repartition_least`.
inline constexpr double repartition_gain = 0.98;
inline constexpr double repartition_least = 0.0005;
inline constexpr double tolerated_imbalance = 1.10;
/// Part of the traffic that must become cheaper for a change to count: above rounding, so that none is undone for ever.
inline constexpr double rounding = 1e-9;
/// Epochs, at most, after which they, and schedulers that trade, try again when nothing seems to have changed.
inline constexpr std::uint64_t repartition_epochs = 64;

/// Edges of the traffic in a snapshot at most: 20 MiB a frame, and as many lines as ParaView draws without waiting.
inline constexpr std::uint64_t snapshot_edges = 1 << 20;

}  // namespace circo::defaults
