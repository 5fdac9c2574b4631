#include <algorithm>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/run/checks.hpp>
#include <circo/run/config_file.hpp>
#include <circo/run/model_options.hpp>
#include <circo/run/run_parameters.hpp>

namespace circo {

namespace {

/// Long, short and positional names, without dashes.
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names = option.get_lnames();
  names.insert(names.end(), option.get_snames().begin(), option.get_snames().end());
  if (option.get_positional()) names.push_back(option.get_name(true));
  return names;
}

/// Those of option groups, too, but not the --help that CLI11 gives each of them.
std::vector<CLI::Option*> all_options(CLI::App& app) {
  std::vector<CLI::Option*> options =
      app.get_options([&](const CLI::Option* option) { return option != app.get_help_ptr(); });
  for (CLI::App* group : app.get_subcommands([](CLI::App* each) { return each->get_name().empty(); }))
    for (CLI::Option* option : all_options(*group)) options.push_back(option);
  return options;
}

/// Names that a model's option cannot have: those of the command's options, and what else config.toml or the parameters
/// in snapshots.h5 say under a name.
std::vector<std::string> reserved_names() {
  CLI::App app;
  CommandOptions options;
  add_command_options(app, options);
  std::vector<std::string> reserved(std::begin(config_keys), std::end(config_keys));
  for (const CLI::Option* option : app.get_options())  // --help, too
    for (auto& name : names_of(*option)) reserved.push_back(std::move(name));
  for (auto& [name, value] : program_parameters()) reserved.push_back(std::move(name));
  return reserved;
}

void check_names(const std::vector<CLI::Option*>& options, const Model& model) {
  auto names = reserved_names();
  const std::size_t own = names.size();
  for (const CLI::Option* option : options) {
    for (const std::string& name : names_of(*option)) {
      const auto found = std::ranges::find(names, name);
      if (found == names.end()) continue;
      const bool reserved = static_cast<std::size_t>(found - names.begin()) < own;
      throw Error(fmt::format(
          "the model {} has an option {}, a name that {}; give the option another name in its "
          "add_options",
          model.name(), option->get_name(), reserved ? "circo run uses itself" : "another of its options has"));
    }
    for (std::string& name : names_of(*option)) names.push_back(std::move(name));
  }
}

CLI::Validator not_negative() {
  return CLI::Validator{[](std::string& text) {
                          return text.starts_with('-')
                                     ? fmt::format("expected a whole number of at least 0, not '{}'", text)
                                     : std::string{};
                        },
                        ""};
}

}  // namespace

void add_command_options(CLI::App& app, CommandOptions& options) {
  app.add_option("--config", options.config,
                 "Takes options from a file, as config.toml of an earlier run; those given on the command line win")
      ->type_name("FILE")
      ->configurable(false);
  add_run_options(app, options.run);
  app.add_option("--resume", options.resume,
                 "Goes on from the newest checkpoint in a run's folder, with the options that it has")
      ->type_name("FOLDER")
      ->configurable(false)
      ->group("Checkpoints");
  app.add_flag("--force", options.force, "With --resume: goes on although the version or an option of the loop differs")
      ->check(one_of({"true", "false"}))
      ->configurable(false)
      ->group("Checkpoints");
}

void add_model_options(CLI::App& app, Model& model) {
  const auto before = all_options(app);
  try {
    model.add_options(app);
  } catch (const CLI::Error& error) {
    throw Error(
        fmt::format("the model {} adds options that cannot be: {}; mend its add_options", model.name(), error.what()));
  }
  auto added = all_options(app);
  std::erase_if(added, [&](const CLI::Option* option) { return std::ranges::find(before, option) != before.end(); });
  check_names(added, model);
  for (CLI::Option* option : added) {
    if (option->get_group() == "Options") option->group(fmt::format("Model {}", model.name()));
    if (option->get_type_name().starts_with("UINT")) option->check(not_negative());
  }
}

}  // namespace circo
