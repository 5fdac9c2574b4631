#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/kernels/runtime.hpp>
#include <circo/memory.hpp>
#include <circo/nearest_name.hpp>
#include <circo/run/checkpoints.hpp>
#include <circo/run/command.hpp>
#include <circo/run/options.hpp>
#include <circo/run/partition_command.hpp>
#include <circo/run/resume.hpp>
#include <circo/run/simulation.hpp>
#include <circo/run/usage.hpp>
#include <circo/run/version.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/law.hpp>

namespace circo {

namespace {

constexpr const char* usage = R"(circo runs programs of actors that find their own placement, over MPI.

  circo run MODEL [options]              run a model; `circo run MODEL --help` lists its options
  circo run --config RUN/config.toml     make an earlier run again
  circo run --resume RUN [options]       go on from its newest checkpoint, on any number of ranks
  circo partition [options]              divide a graph with METIS or Scotch; --help lists the options
  circo models | balancers | laws        what there is
  circo --version | --help

Under MPI: mpirun -n 4 circo run linked_list --schedulers-per-rank 2

Exit codes, the same on every rank: 0 done; 1 the run failed; 2 wrong options or input, nothing has been run;
3 ended on SIGTERM, SIGUSR2 or --time-limit with a checkpoint, to be resumed. SIGUSR1 has a checkpoint written.
)";

std::vector<std::string_view> names_of(const Models& models) {
  std::vector<std::string_view> names;
  for (const auto& model : models) names.push_back(model->name());
  return names;
}

Model& model_named(const Models& models, const std::string& name) {
  for (const auto& model : models)
    if (model->name() == name) return *model;
  const auto names = names_of(models);
  throw Usage{fmt::format("no model is named '{}'{} There are: {}", name,
                          nearest_name(name, names).empty() ? "." : did_you_mean(name, names), listed(names))};
}

template <class Entries>
std::string list_of(const Entries& entries) {
  std::string text;
  for (const auto& entry : entries) text += fmt::format("{:<14} {}\n", entry.name, entry.describe);
  return text;
}

std::string list_of(const Models& models) {
  std::string text;
  for (const auto& model : models) text += fmt::format("{:<14} {}\n", model->name(), model->describe());
  return text;
}

/// What the arguments say of an option that must be known before they can be parsed; empty when nothing.
std::string early_option(const std::vector<std::string>& args, const std::string& name) {
  std::string value;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].starts_with(name + "=")) value = args[i].substr(name.size() + 1);
    if (args[i] == name && i + 1 < args.size()) value = args[i + 1];
  }
  return value;
}
std::string config_file(const std::vector<std::string>& args) { return early_option(args, "--config"); }

std::vector<CLI::ConfigItem> config_items(const std::string& file) {
  try {
    return CLI::ConfigTOML().from_file(file);
  } catch (const CLI::Error& error) {
    throw Usage{fmt::format("cannot read the config file {}: {}", file, error.what())};
  }
}

/// The model that the arguments after `run` name, or that their config file does.
std::string model_name(const std::vector<std::string>& args) {
  if (!args.empty() && !args.front().starts_with("-")) return args.front();
  const std::string file = config_file(args);
  if (file.empty())
    throw Usage{
        "run: expected the name of a model or --config FILE first, as in: circo run linked_list; `circo models` lists "
        "the models"};
  for (const auto& item : config_items(file))
    if (item.name == "model" && item.inputs.size() == 1) return item.inputs.front();
  throw Usage{fmt::format("{}: expected a line model = \"NAME\"; add it, or name the model on the command line", file)};
}

/// Refuses keys of the config file that are no option.
void check_keys(const CLI::App& app, const std::string& file) {
  std::vector<std::string> owned;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_lnames().empty()) owned.push_back(option->get_lnames().front());
  owned.emplace_back("model");
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  for (const auto& item : config_items(file)) {
    if (!item.parents.empty())
      throw Usage{fmt::format("{}: unknown section '{}'; expected lines KEY = VALUE only", file, item.parents.front())};
    if (std::ranges::find(owned, item.name) == owned.end())
      throw Usage{fmt::format("{}: unknown key '{}'{}", file, item.name, did_you_mean(item.name, names))};
  }
}

/// CLI11's message, with the file when what is wrong is there.
std::string with_file(const std::string& text, const std::string& file, const std::vector<std::string>& args) {
  const std::string option = text.substr(0, text.find_first_of(": "));
  const bool given = std::ranges::any_of(args, [&](const std::string& arg) { return arg.starts_with(option); });
  return file.empty() || given ? text : fmt::format("{}: {}", file, text);
}

/// Calls `work`; what it finds wrong is bad input.
template <class Work>
auto as_usage(const std::string& prefix, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Usage{prefix + error.what()};
  }
}

ExitCode run(std::vector<std::string> args, const Models& models, const Communicator& world) {
  std::optional<ResumePoint> from;
  if (const std::string folder = early_option(args, "--resume"); !folder.empty()) {
    if (!config_file(args).empty())
      throw Usage{"run: --resume takes its options from the checkpoint; expected no --config beside it"};
    as_usage("run --resume: ", [&] { from.emplace(find_resume_point(world, folder)); });
  }
  const bool help_only = args.size() == 1 && (args.front() == "--help" || args.front() == "-h");
  const std::string name = help_only ? "" : from ? from->file.head().model : model_name(args);
  CLI::App app{name.empty() ? "Runs a model." : fmt::format("Runs the model {}.", name), "circo run"};
  std::string model_option = name;
  app.add_option("model", model_option, "The model; `circo models` lists them")->required();
  app.set_config("--config", "",
                 "Takes options from a file, as config.toml of an earlier run; those given on the command line win");
  app.allow_config_extras(CLI::config_extras_mode::error);
  RunOptions options;
  Model* model = name.empty() ? nullptr : &model_named(models, name);
  if (model != nullptr) {
    app.description(fmt::format("{}: {}", model->name(), model->describe()));
    model->add_options(app);
    for (CLI::Option* option : app.get_options())
      if (option->get_group() == "Options" && option->get_name() != "--help" && option->get_name() != "--config" &&
          option->get_name() != "model")
        option->group(fmt::format("Model {}", name));
  }
  add_run_options(app, options);
  std::string resume;
  bool force = false;
  app.add_option("--resume", resume,
                 "Goes on from the newest checkpoint in a run's folder, with the options that it has")
      ->type_name("FOLDER")
      ->configurable(false)
      ->group("Checkpoints");
  app.add_flag("--force", force, "With --resume: goes on although the version or an option of the loop differs")
      ->configurable(false)
      ->group("Checkpoints");
  app.get_formatter()->column_width(32);
  if (help_only) {
    if (world.rank() == 0) fmt::print("{}", app.help());
    return exit_ok;
  }
  if (from) as_usage("run --resume: ", [&] { args = resumed_arguments(from->file.head(), app, args, world.size()); });
  const std::string file = config_file(args);
  if (!file.empty()) check_keys(app, file);
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    if (world.rank() == 0) fmt::print("{}", app.help());
    return exit_ok;
  } catch (const CLI::ParseError& error) {
    const std::string text = with_file(unknown_option(app, args, error), file, args);
    throw Usage{fmt::format("run {}: {}{} `circo run {} --help` lists the options", name, text,
                            text.ends_with('?') ? "" : ";", name)};
  }
  MPI_Comm shared;
  mpi_check(MPI_Comm_split_type(world.get(), MPI_COMM_TYPE_SHARED, world.rank(), MPI_INFO_NULL, &shared));
  const Communicator node{shared};
  as_usage(fmt::format("run {}: ", name), [&] {
    complete(options, node.size());
    if (from) check_resume(from->file.head(), app, force);
  });
  std::vector<std::pair<std::string, std::string>> parameters{{"version", std::string{version()}},
                                                              {"git", std::string{git_hash()}}};
  for (const auto& [what, which] : built_with()) parameters.emplace_back(what, which);
  const std::string config = app.config_to_str(true, true);
  for (const auto& item : [&] {
         std::istringstream text{config};
         return CLI::ConfigTOML().from_config(text);
       }())
    parameters.emplace_back(item.name, fmt::format("{}", fmt::join(item.inputs, " ")));
  as_usage("", [&] { model->prepare(world, options.engine.rank.seed); });
  const End end = simulate(*model, options, world, config, parameters, from ? &*from : nullptr);
  return end == End::interrupted ? exit_interrupted : exit_ok;
}

/// Prints why the command fails, once, when all ranks fail. Should the others not (this rank alone ran out of memory in
/// the middle of a collective call, say), they would wait for ever: then it ends them.
void end_together(const Communicator& world, const std::string& why, int code) {
  auto complain = [&] {
    fmt::print(stderr, "circo: {}\n", why);
    std::fflush(stderr);
  };
  MPI_Request all_here;
  int done = MPI_Ibarrier(world.get(), &all_here) != MPI_SUCCESS;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (!done && std::chrono::steady_clock::now() < patience)
    if (MPI_Test(&all_here, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) break;
  if (done) {
    if (world.rank() == 0) complain();
    return;
  }
  complain();
  MPI_Abort(world.get(), code);
}

/// Gives the memory that the run has kept to the host program.
struct FreedMemory {
  FreedMemory() = default;
  ~FreedMemory() { release_freed_memory(); }
  FreedMemory(const FreedMemory&) = delete;
  FreedMemory& operator=(const FreedMemory&) = delete;
};

int dispatch_command(const std::vector<std::string>& args, const Models& models, const Communicator& world) {
  auto print = [&](const std::string& text) {
    if (world.rank() == 0) fmt::print("{}", text);
  };
  const std::string first = args.empty() ? "--help" : args.front();
  if (args.size() > 1 && first != "run" && first != "partition")
    throw Usage{fmt::format("circo {} takes no arguments; found {}", first, args[1])};
  if (first == "--help" || first == "-h" || first == "help") {
    print(usage);
  } else if (first == "--version") {
    print(version_text());
  } else if (first == "models") {
    print(list_of(models));
  } else if (first == "balancers") {
    print(list_of(balancers()));
  } else if (first == "laws") {
    print(list_of(laws()));
  } else if (first == "partition") {
    partition_command({args.begin() + 1, args.end()}, world);
  } else if (first == "run") {
    return run({args.begin() + 1, args.end()}, models, world);
  } else {
    const std::vector<std::string_view> names{"run", "partition", "models", "balancers", "laws"};
    const std::string hint = did_you_mean(first, names);
    throw Usage{
        fmt::format("unknown command '{}'{} `circo --help` lists the commands", first, hint.empty() ? ";" : hint)};
  }
  return exit_ok;
}

}  // namespace

int run_command(int argc, char** argv, const Models& models, MPI_Comm comm) try {
  const MpiEnvironment mpi;
  if (comm == MPI_COMM_NULL)
    throw Error("the command got MPI_COMM_NULL; call it only on the ranks of a communicator, and with that");
  const auto world = Communicator::duplicate(comm);
  // Of its own, as other ranks may be in the middle of a collective call on `world`.
  const auto at_end = Communicator::duplicate(comm);
  const FreedMemory freed;
  Checkpoints::program_begins();
  try {
    kernels::Runtime::for_process();
    const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
    return dispatch_command(args, models, world);
  } catch (const Usage& bad) {
    end_together(at_end, bad.text, exit_bad_input);
    return exit_bad_input;
  } catch (...) {
    end_together(at_end, what_of(std::current_exception()), exit_failed);
    return exit_failed;
  }
} catch (...) {
  // Without a communicator that works, each rank speaks for itself.
  fmt::print(stderr, "circo: {}\n", what_of(std::current_exception()));
  return exit_failed;
}

}  // namespace circo
