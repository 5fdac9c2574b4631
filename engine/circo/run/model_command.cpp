#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <circo/nearest_name.hpp>
#include <circo/run/config_file.hpp>
#include <circo/run/model_command.hpp>
#include <circo/run/model_options.hpp>
#include <circo/run/resume.hpp>
#include <circo/run/run_parameters.hpp>
#include <circo/run/same_start.hpp>
#include <circo/run/simulation.hpp>
#include <circo/run/usage.hpp>
#include <circo/run/version.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

using Arguments = std::vector<std::string>;

Model& model_named(const Models& models, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& model : models) {
    if (model->name() == name) return *model;
    names.push_back(model->name());
  }
  throw Usage{fmt::format("no model is named '{}'{} There are: {}", name,
                          nearest_name(name, names).empty() ? "." : did_you_mean(name, names), listed(names))};
}

/// What the arguments say of an option that must be known before they can be parsed; empty when nothing.
std::string early_option(const Arguments& args, const std::string& name) {
  std::string value;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].starts_with(name + "=")) value = args[i].substr(name.size() + 1);
    if (args[i] == name && i + 1 < args.size()) value = args[i + 1];
  }
  return value;
}

/// *Collective.* Rank 0 reads it, so that all have the same.
std::string read_text(const Communicator& world, const std::string& file) {
  std::string text;
  together(world, "read the config file " + file, [&] {
    if (world.rank() != 0) return;
    std::ifstream in{file};
    std::ostringstream all;
    if (!in || !(all << in.rdbuf()))
      throw Error("expected a file that can be read, with lines KEY = VALUE, as config.toml of an earlier run");
    text = all.str();
  });
  return world.broadcast(text, 0);
}

/// *Collective.* The checkpoint to go on from; nothing without --resume.
std::optional<ResumePoint> resume_point(const Communicator& world, const Arguments& args) {
  const std::string folder = early_option(args, "--resume");
  if (folder.empty()) return {};
  if (!early_option(args, "--config").empty())
    throw Usage{"run: --resume takes its options from the checkpoint; expected no --config beside it"};
  return as_usage("run --resume: ", [&] { return find_resume_point(world, folder); });
}

/// *Collective.* What the checkpoint or the config file says; nothing without either.
Config config_of(const Communicator& world, const Arguments& args, const std::optional<ResumePoint>& from) {
  return as_usage("run: ", [&] {
    if (from) return config_of_checkpoint(from->file.head(), world.size());
    const std::string file = early_option(args, "--config");
    return file.empty() ? Config{} : parse_config(read_text(world, file), file);
  });
}

bool names_model(const Arguments& args) { return !args.empty() && !args.front().starts_with("-"); }

std::string model_name(const Arguments& args, const Config& config, const std::optional<ResumePoint>& from) {
  if (from && names_model(args) && args.front() != from->file.head().model)
    throw Usage{fmt::format("run --resume: the checkpoint is one of the model {}, not of {}", from->file.head().model,
                            args.front())};
  if (names_model(args)) return args.front();
  if (config.source.empty())
    throw Usage{
        "run: expected the name of a model or --config FILE first, as in: circo run linked_list; `circo models` lists "
        "the models"};
  if (config.model.empty())
    throw Usage{fmt::format("{}: expected a line model = \"NAME\"; add it, or name the model on the command line",
                            config.source)};
  return config.model;
}

/// The text with the line of the config file, when it is about a value from there.
std::string with_line(const std::string& text, CLI::App& app, const Arguments& args, const Config& config) {
  for (const ConfigEntry& entry : config.entries) {
    const CLI::Option* option = option_of_key(app, entry.key);
    if (option == nullptr || entry.texts.empty()) continue;
    const std::string name = option->get_name();
    const auto at = text.find(name + ":");
    const bool given = std::ranges::any_of(args, [&](const std::string& arg) { return arg.starts_with(name); });
    if (at == 0 && !given) return fmt::format("{}:{}: {}", config.source, entry.line, text);
  }
  return text;
}

/// A run's options, and what they are on this rank.
struct Invocation {
  explicit Invocation(const Model* of)
      : app{of == nullptr ? "Runs a model." : fmt::format("{}: {}", of->name(), of->describe()), "circo run"} {}

  CLI::App app;
  CommandOptions options;
  std::vector<OptionValue> values;
  bool help = false;
  std::optional<std::string> wrong;
};

void add_options(Invocation& start, Model* model, const Config& config) {
  // The first option, so that its callback comes when the command line has been read and nothing is checked yet.
  start.app
      .add_option_function<std::string>(
          "model",
          [&](const std::string&) {
            apply_config(start.app, config);
            start.values = option_values(start.app);
          },
          "The model; `circo models` lists them")
      ->configurable(false)
      ->required();
  if (model != nullptr) as_usage("run: ", [&] { add_model_options(start.app, *model); });
  try {
    add_command_options(start.app, start.options);
  } catch (const CLI::Error& error) {
    throw Usage{
        fmt::format("run: the model {} has an option like one that circo run has itself: {}; give it another name",
                    model == nullptr ? "" : model->name(), error.what())};
  }
  start.app.get_formatter()->column_width(32);
}

/// Local. What is wrong is told in `start.wrong`, as it may be so on one rank only.
void parse(Invocation& start, const Arguments& args, const Config& config) {
  try {
    start.app.parse(Arguments(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    start.help = true;
  } catch (const CLI::ParseError& error) {
    start.wrong = with_line(parse_complaint(start.app, args, error), start.app, args, config);
    if (!start.wrong->ends_with('?'))
      *start.wrong += fmt::format("; `circo run {} --help` lists the options", args.front());
  } catch (const std::exception& error) {
    start.wrong = error.what();
  }
}

Traits traits_of(const Invocation& start, const Model& model) {
  if (start.wrong) return {{"wrong options:", *start.wrong}};
  Traits traits;
  for (const OptionValue& value : start.values)
    if (value.origin != OptionValue::Origin::unknown)
      traits.emplace_back("--" + value.key, fmt::format("{}", fmt::join(value.texts, " ")));
  const Dispatch dispatch = model.bind();
  for (const ActorType& type : dispatch.actors)
    traits.emplace_back("an actor type", fmt::format("{} of {} bytes", type.name, type.size));
  for (std::size_t m = 0; m < dispatch.messages.size(); ++m)
    traits.emplace_back("a message type",
                        fmt::format("{} of {} bytes", dispatch.messages[m], dispatch.message_sizes[m]));
  return traits;
}

/// *Collective.* Fills in what depends on the machine.
void complete_together(const Communicator& world, RunOptions& options) {
  MPI_Comm node;
  mpi_check(MPI_Comm_split_type(world.get(), MPI_COMM_TYPE_SHARED, world.rank(), MPI_INFO_NULL, &node));
  const int ranks_on_node = Communicator{node}.size();
  std::optional<std::string> failure;
  try {
    complete(options, ranks_on_node);
  } catch (const Error& error) {
    failure = error.what();
  }
  world.agree(failure);
}

/// *Collective.* What a model finds wrong is bad input, and what else it throws a failure; on one rank or on all.
void prepare_together(const Communicator& world, Model& model, std::uint64_t seed) {
  std::optional<std::string> wrong, failure;
  try {
    as_usage("", [&] { model.prepare(world, seed); });
  } catch (const Usage& bad) {
    wrong = bad.text;
  } catch (...) {
    failure = what_of(std::current_exception());
  }
  world.agree(failure);
  if (world.sum(std::int64_t{wrong.has_value()}) == world.size()) throw Usage{*wrong};
  as_usage("", [&] { world.agree(wrong); });
}

}  // namespace

ExitCode model_command(Arguments args, const Models& models, const Communicator& world) {
  const bool help_only = args.size() == 1 && (args.front() == "--help" || args.front() == "-h");
  const auto from = resume_point(world, args);
  const Config config = config_of(world, args, from);
  const std::string name = help_only ? "" : model_name(args, config, from);
  Model* model = help_only ? nullptr : &model_named(models, name);
  Invocation start{model};
  add_options(start, model, config);
  if (!help_only) {
    if (!names_model(args)) args.insert(args.begin(), name);
    parse(start, args, config);
    as_usage("", [&] {
      require_same(world, traits_of(start, *model), "start every rank with the same options, environment and program");
    });
  }
  if (start.wrong) throw Usage{fmt::format("run {}: {}", name, *start.wrong)};
  if (help_only || start.help) {
    if (world.rank() == 0) fmt::print("{}", start.app.help());
    return exit_ok;
  }
  RunOptions& options = start.options.run;
  std::string text;
  as_usage(fmt::format("run {}: ", name), [&] {
    complete_together(world, options);
    if (from) check_resume(from->file.head(), start.values, start.app, model->bind(), start.options.force);
    text =
        config_text(fmt::format("circo {} ({}) run {}\nThe same run again: circo run --config THIS_FILE; what is given "
                                "on the command line wins.",
                                version(), git_hash(), name),
                    name, start.values);
  });
  prepare_together(world, *model, options.engine.rank.seed);
  const End end = simulate(*model, options, world, text, run_parameters(start.values), from ? &*from : nullptr);
  return end == End::interrupted ? exit_interrupted : exit_ok;
}

}  // namespace circo
