#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/checkpoint_folder.hpp>
#include <circo/io/run_folder.hpp>
#include <circo/run/options.hpp>
#include <circo/run/resume.hpp>
#include <circo/run/version.hpp>

namespace circo {

namespace {

constexpr std::string_view per_rank = "schedulers-per-rank";

std::vector<CLI::ConfigItem> items_of(const std::string& config) {
  std::istringstream text{config};
  return CLI::ConfigTOML().from_config(text);
}

/// With commas, as a list that is an option's default is one text, and several once it has been given.
std::string value_of(const CLI::ConfigItem& item) { return fmt::format("{}", fmt::join(item.inputs, ",")); }

bool is_given(const std::vector<std::string>& args, const std::string& name) {
  return std::ranges::any_of(
      args, [&](const std::string& arg) { return arg == "--" + name || arg.starts_with("--" + name + "="); });
}

}  // namespace

ResumePoint find_resume_point(const Communicator& world, const std::filesystem::path& folder) {
  const auto tell = [](const std::string& text) { fmt::print(stderr, "circo: {}\n", text); };
  const auto file = CheckpointFolder{RunFolder{folder, {}}.checkpoints()}.newest_valid(world, tell);
  return {folder, CheckpointFile{world, file}};
}

std::vector<std::string> resumed_arguments(const CheckpointHead& head, const CLI::App& app,
                                           const std::vector<std::string>& given, int ranks) {
  std::vector<std::string> args{head.model};
  for (const auto& item : items_of(head.config)) {
    if (item.name == "model" || item.name == "out" || item.name == per_rank || is_given(given, item.name)) continue;
    if (item.inputs.size() == 1 && item.inputs.front().empty()) continue;
    const CLI::Option* option = app.get_option_no_throw("--" + item.name);
    if (item.inputs.size() == 1 || (option != nullptr && !option->get_allow_extra_args())) {
      for (const auto& value : item.inputs) args.push_back(fmt::format("--{}={}", item.name, value));
    } else {
      args.push_back("--" + item.name);
      args.insert(args.end(), item.inputs.begin(), item.inputs.end());
    }
  }
  if (!is_given(given, std::string{per_rank})) {
    const auto n = static_cast<std::size_t>(ranks);
    args.push_back(fmt::format("--{}={}", per_rank, (head.blocks.size() + n - 1) / n));
  }
  auto rest = given.begin();
  if (rest != given.end() && !rest->starts_with("-")) {
    if (*rest != head.model)
      throw Error(fmt::format("the checkpoint is one of the model {}, not of {}", head.model, *rest));
    ++rest;
  }
  args.insert(args.end(), rest, given.end());
  return args;
}

void check_resume(const CheckpointHead& head, const CLI::App& app, bool force) {
  if (head.version != version() && !force)
    throw Error(
        fmt::format("the checkpoint was written by circo {}, and this is circo {}; resume with that one, or with "
                    "--force if nothing has changed that matters to the run",
                    head.version, version()));
  const auto before = items_of(head.config);
  for (const auto& item : items_of(app.config_to_str(true))) {
    const auto earlier = std::ranges::find(before, item.name, &CLI::ConfigItem::name);
    if (earlier == before.end() || item.name == "model") continue;
    const std::string was = value_of(*earlier), is = value_of(item);
    const OnResume kind = on_resume(*app.get_option("--" + item.name));
    if (was == is || kind == OnResume::free || (kind == OnResume::forced && force)) continue;
    throw Error(fmt::format("the checkpoint's run has --{} {}, and this one would have {}: {}", item.name, was, is,
                            kind == OnResume::forced ? "leave it out, or add --force to go on with the new value"
                                                     : "that cannot be changed in the middle of a run; leave it out"));
  }
}

}  // namespace circo
