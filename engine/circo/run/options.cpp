#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include <circo/graph/partition.hpp>
#include <circo/nearest_name.hpp>
#include <circo/run/checks.hpp>
#include <circo/run/option_values.hpp>
#include <circo/run/options.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/law.hpp>

namespace circo {

namespace {

/// Three numbers with commas between them: as text, the option reads the same in every configuration file.
std::vector<double> weights_of_levels(const std::string& text) {
  std::vector<double> weights;
  for (std::string part : CLI::detail::split(text, ',')) {
    if (const std::string wrong = real(0, 1e6)(part); !wrong.empty())
      throw CLI::ValidationError("--level-weights", wrong);
    weights.push_back(std::strtod(part.c_str(), nullptr));
  }
  if (weights.size() != 3)
    throw CLI::ValidationError("--level-weights", fmt::format("expected three numbers, as in 1,2,4, not '{}'", text));
  return weights;
}

const std::string layout = "Layout", loop = "Loop", placement = "Placement", checkpoints = "Checkpoints",
                  output = "Output", limits = "Limits";

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.emplace_back(entry.name);
  return names;
}

template <class Enum>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& value, const std::string& text,
                        const std::vector<std::pair<std::string, Enum>>& choices) {
  std::string list, fallback;
  for (const auto& [word, choice] : choices) {
    list += (list.empty() ? "" : "|") + word;
    if (choice == value) fallback = word;
  }
  return app
      .add_option_function<std::string>(
          name,
          [&value, choices, name, list](const std::string& given) {
            for (const auto& [word, choice] : choices)
              if (word == given) {
                value = choice;
                return;
              }
            std::vector<std::string_view> words;
            words.reserve(choices.size());
            for (const auto& entry : choices) words.push_back(entry.first);
            throw CLI::ValidationError(name,
                                       fmt::format("'{}' is not one of {}{}", given, list, did_you_mean(given, words)));
          },
          text)
      ->type_name(list)
      ->default_str(fallback);
}

/// OMP_NUM_THREADS, of whose list for nested regions the first number counts; 1 when it is not set.
int threads_of_environment() {
  const char* given = std::getenv("OMP_NUM_THREADS");
  if (given == nullptr) return 1;
  const std::string text = given;
  int threads = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), threads);
  const bool ends = end == text.data() + text.size() || *end == ',';
  if (code != std::errc{} || !ends || threads < 1 || threads > 4096)
    throw Error(fmt::format("OMP_NUM_THREADS is '{}'; expected a whole number from 1 to 4096, or --threads", text));
  return threads;
}

}  // namespace

void add_run_options(CLI::App& app, RunOptions& o) {
  EngineSettings& e = o.engine;
  const auto positive = whole(1);

  app.add_option("--schedulers-per-rank", e.rank.schedulers_per_rank, "Schedulers that each rank hosts")
      ->check(whole(1, Addr::max_schedulers))
      ->capture_default_str()
      ->group(layout);
  app.add_option("--threads", e.rank.threads, "Threads that run a rank's schedulers; 0: OMP_NUM_THREADS, else 1")
      ->check(whole(0, 4096))
      ->capture_default_str()
      ->group(layout);
  add_choice<TopologyKind>(
      app, "--topology", e.rank.topology,
      "Which ranks exchange mail directly: all with all, or those in line on a 3D grid",
      {{"auto", TopologyKind::automatic}, {"complete", TopologyKind::complete}, {"grid", TopologyKind::grid}})
      ->group(layout);
  add_choice<bool>(app, "--shared-memory", e.rank.exchange.share_memory,
                   "Ranks of one machine read each other's mail in place; off: it goes through MPI there, too",
                   {{"on", true}, {"off", false}})
      ->group(layout);

  add_choice<bool>(app, "--mode", e.rank.strict,
                   "strict: the same result on every layout of the same number of schedulers; relaxed: faster",
                   {{"relaxed", false}, {"strict", true}})
      ->group(loop);
  app.add_option("--seed", e.rank.seed, "Of every random choice")->check(whole())->capture_default_str()->group(loop);
  app.add_option("--superstep-budget", e.superstep_budget,
                 "Messages a scheduler delivers in a relaxed superstep at most")
      ->check(positive)
      ->capture_default_str()
      ->group(loop);
  app.add_option("--staleness", e.staleness, "Exchanges that may be under way while a relaxed superstep goes on")
      ->check(whole(0, 64))
      ->capture_default_str()
      ->group(loop);
  app.add_option("--epoch-messages", e.epoch_messages_per_actor,
                 "An epoch closes after this many messages an actor (mean); 0: never for that")
      ->check(real())
      ->capture_default_str()
      ->group(loop);
  app.add_option("--epoch-min-supersteps", e.epoch_min_supersteps, "... but not before this many supersteps")
      ->check(whole())
      ->capture_default_str()
      ->group(loop);
  app.add_option("--epoch-supersteps", e.epoch_supersteps,
                 "An epoch closes after this many supersteps in any case; 0: never for that")
      ->check(whole())
      ->capture_default_str()
      ->group(loop);
  app.add_option("--epoch-seconds", e.epoch_seconds,
                 "An epoch closes after this many seconds in any case; 0: never for that")
      ->check(real())
      ->capture_default_str()
      ->group(loop);

  app.add_option("--epochs", e.max_epochs, "End after this many epochs; 0: when no message is left")
      ->check(whole())
      ->capture_default_str()
      ->group(limits);
  app.add_option("--supersteps", e.max_supersteps, "End after this many supersteps; 0: no limit")
      ->check(whole())
      ->capture_default_str()
      ->group(limits);
  app.add_option("--seconds", e.max_seconds, "End after this many seconds; 0: no limit")
      ->check(real())
      ->capture_default_str()
      ->group(limits);
  app.add_option("--max-actors", e.max_actors, "More live actors than this are an error; 0: no limit")
      ->check(whole())
      ->capture_default_str()
      ->group(limits);
  app.add_option("--max-memory", e.max_memory,
                 "Memory of a rank beyond which the run fails, as in 4GiB; 0: nine tenths of what is free, shared by "
                 "the node's ranks")
      ->transform(CLI::AsSizeValue(false))
      ->transform(size())
      ->type_name("SIZE")
      ->default_str("0")
      ->group(limits);

  add_choice<Start>(app, "--start", e.start,
                    "Where first actors are made: anywhere, all at scheduler 0, or in equal blocks in order",
                    {{"random", Start::random}, {"parent", Start::parent}, {"block", Start::block}})
      ->group(placement);
  app.add_option("--balancer", o.balancer, "Decides which scheduler an actor belongs to; `circo balancers` lists them")
      ->check(one_of(names_of(balancers())))
      ->type_name("NAME")
      ->capture_default_str()
      ->group(placement);
  app.add_option("--law", o.law, "How infotons move actors; `circo laws` lists them")
      ->check(one_of(names_of(laws())))
      ->type_name("NAME")
      ->capture_default_str()
      ->group(placement);
  app.add_option("--sweeps", o.sweeps, "Sweeps of the infoton step at an epoch")
      ->check(whole(1, 1000))
      ->capture_default_str()
      ->group(placement);
  app.add_option("--epochs-per-step", o.epochs_per_step,
                 "Epochs from one step of the balancer to the next; 0: one while much can be won, else more")
      ->check(whole(0, 1u << 20))
      ->capture_default_str()
      ->group(placement);
  app.add_option("--infoton-every", o.infoton_every,
                 "One message in this many carries an infoton; 0: as seldom as still shows who talks to whom")
      ->check(whole(0, 1u << 30))
      ->capture_default_str()
      ->group(placement);
  app.add_option(
         "--traffic-limit", o.traffic_limit,
         "Partners an actor whose traffic is remembered, the lightest forgotten first, unless they talk with few "
         "themselves; 0: all")
      ->check(whole(0, 1u << 30))
      ->capture_default_str()
      ->group(placement);
  app.add_option("--migration-budget", o.migration_budget, "Share of the actors that may move at an epoch")
      ->check(real(0, 1))
      ->capture_default_str()
      ->group(placement);
  app.add_option_function<std::string>(
         "--level-weights", [&o](const std::string& text) { o.level_weights = weights_of_levels(text); },
         "What a message costs between schedulers of a rank, ranks of a node, and nodes, for the balancers infoton, "
         "metis and scotch")
      ->default_str("1,1,1")
      ->type_name("W,W,W")
      ->group(placement);
  app.add_option("--partition-tries", o.partition_tries, "Seeds that the balancers metis and scotch try, for the best")
      ->check(whole(1, 1000))
      ->capture_default_str()
      ->group(placement);

  CheckpointSettings& c = o.checkpoints;
  app.add_option("--checkpoint-every", c.every, "Epochs between checkpoints; 0: none for that")
      ->check(whole())
      ->capture_default_str()
      ->group(checkpoints);
  app.add_option("--checkpoint-minutes", c.minutes, "Minutes between checkpoints; 0: none for that")
      ->check(real())
      ->capture_default_str()
      ->group(checkpoints);
  app.add_option("--checkpoint-keep", c.keep, "Checkpoints that are kept; older ones are removed")
      ->check(whole(1, 1000000))
      ->capture_default_str()
      ->group(checkpoints);
  app.add_option("--time-limit", c.time_limit,
                 "Seconds after the program's start at which it writes a checkpoint and ends with exit code 3; 0: none")
      ->check(real())
      ->capture_default_str()
      ->group(checkpoints);

  app.add_option("--out", o.out, "Run folder; default runs/MODEL-N")->type_name("FOLDER")->group(output);
  app.add_option("--snapshot-every", o.snapshots.every, "Epochs between snapshots; 0: only at the start and the end")
      ->check(whole())
      ->capture_default_str()
      ->group(output);
  app.add_option("--snapshot-edges", o.snapshots.edges,
                 "Edges of the traffic in a snapshot at most, the heaviest; 0: none")
      ->check(whole())
      ->capture_default_str()
      ->group(output);
  app.add_option("--snapshot-compress", o.snapshots.deflate,
                 "Level of zlib's compression of snapshots, 1 to 9; 0: none, which is fastest")
      ->check(whole(0, 9))
      ->capture_default_str()
      ->group(output);
  app.add_flag("--no-snapshots", o.snapshots.none, "Write no snapshots.h5")
      ->default_str("false")
      ->check(one_of({"true", "false"}))
      ->group(output);
  app.add_flag("--write-traffic", o.write_traffic,
               "Write traffic.csv at the end: who talks to whom how much. For small runs: rank 0 has it all at once")
      ->default_str("false")
      ->check(one_of({"true", "false"}))
      ->group(output);
  app.add_flag("--trace", o.trace,
               "Write trace.json at the end: a timeline of all ranks' phases and exchanges, for chrome://tracing or "
               "ui.perfetto.dev")
      ->default_str("false")
      ->check(one_of({"true", "false"}))
      ->group(output);
  add_choice<ProgressStyle>(
      app, "--progress", o.progress, "How to show progress",
      {{"plain", ProgressStyle::plain}, {"live", ProgressStyle::live}, {"none", ProgressStyle::none}})
      ->group(output);
}

OnResume on_resume(const CLI::Option& option) {
  const std::string& group = option.get_group();
  if (group == layout || group == limits || group == output || group == checkpoints) return OnResume::free;
  const std::string name = config_key(option);
  if (group == loop && name != "seed") return OnResume::forced;
  if (name == "sweeps" || name == "epochs-per-step" || name == "infoton-every" || name == "traffic-limit" ||
      name == "migration-budget")
    return OnResume::forced;
  return OnResume::fixed;
}

void complete(RunOptions& o, int ranks_on_node) {
  EngineSettings& e = o.engine;
  if (e.rank.strict && e.epoch_seconds != 0)
    throw Error(
        "--epoch-seconds closes epochs by the clock, which is never twice the same; in --mode strict use "
        "--epoch-messages or --epoch-supersteps");
  const auto& weights = o.level_weights;
  if (weights[0] <= 0 || !std::ranges::is_sorted(weights))
    throw Error(fmt::format("--level-weights {}: expected three numbers above 0, none smaller than the one before",
                            fmt::join(weights, ",")));
  if (e.rank.strict && weights[0] != weights[2])
    throw Error(
        "--level-weights makes placement depend on which rank hosts a scheduler, and in --mode strict nothing may; "
        "leave one of them out");
  for (const Partitioner& partitioner : partitioners())
    if (partitioner.name == o.balancer) require(partitioner);
  if (o.write_traffic && !balancer_named(o.balancer).needs_traffic)
    throw Error(
        fmt::format("--write-traffic: the balancer {} has no need to know the traffic; expected one that looks at "
                    "it, as infoton",
                    o.balancer));
  if (e.rank.threads == 0) e.rank.threads = threads_of_environment();
  e.rank.threads = std::min(e.rank.threads, static_cast<int>(e.rank.schedulers_per_rank));
  if (e.max_memory == 0) {
    const auto pages = sysconf(_SC_AVPHYS_PAGES), total = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && total > 0)
      // What is cached can be freed, so at least half of the memory counts as free.
      e.max_memory = static_cast<std::uint64_t>(0.9 * static_cast<double>(std::max(pages, total / 2)) *
                                                static_cast<double>(page) / ranks_on_node);
  }
  const std::uint64_t fit = e.max_memory / defaults::scheduler_bytes;
  if (e.max_memory != 0 && e.rank.schedulers_per_rank > fit)
    throw Error(
        fmt::format("{} schedulers a rank do not fit into the {} MiB of memory that a rank may use; expected {} at "
                    "most: use fewer, more nodes, or raise --max-memory",
                    e.rank.schedulers_per_rank, e.max_memory >> 20, fit));
  if (e.max_actors != 0) e.rank.max_actors = e.max_actors;
}

}  // namespace circo
