#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/checkpoint_folder.hpp>
#include <circo/io/run_folder.hpp>
#include <circo/run/options.hpp>
#include <circo/run/resume.hpp>
#include <circo/run/run_state.hpp>
#include <circo/run/version.hpp>

namespace circo {

namespace {

constexpr std::string_view per_rank = "schedulers-per-rank";

Config saved_config(const CheckpointHead& head) { return parse_config(head.config, "the checkpoint's options"); }

/// Texts or numbers: 0.5 and 0.50 are the same.
bool same(const std::string& a, const std::string& b) {
  double x = 0, y = 0;
  const auto number = [](const std::string& text, double& value) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc{} && end == text.data() + text.size();
  };
  return a == b || (number(a, x) && number(b, y) && x == y && std::abs(x) < 1e15);
}

std::string shown(const std::vector<std::string>& texts) {
  return texts.empty() ? "no value" : fmt::format("{}", fmt::join(texts, ","));
}

}  // namespace

ResumePoint find_resume_point(const Communicator& world, const std::filesystem::path& folder) {
  const auto tell = [](const std::string& text) { fmt::print(stderr, "circo: {}\n", text); };
  const auto file = CheckpointFolder{RunFolder{folder, {}}.checkpoints()}.newest_valid(world, tell);
  return {folder, CheckpointFile{world, file}};
}

Config config_of_checkpoint(const CheckpointHead& head, int ranks) {
  Config config = saved_config(head);
  std::erase_if(config.entries, [](const ConfigEntry& entry) { return entry.key == "out" || entry.key == per_rank; });
  const auto n = static_cast<std::size_t>(ranks);
  config.entries.push_back({std::string{per_rank}, {fmt::format("{}", (head.blocks.size() + n - 1) / n)}});
  config.model = head.model;
  return config;
}

void check_resume(const CheckpointHead& head, const std::vector<OptionValue>& values, CLI::App& app,
                  const Dispatch& dispatch, bool force) {
  if (head.version != version() && !force)
    throw Error(
        fmt::format("the checkpoint was written by circo {}, and this is circo {}; resume with that one, or with "
                    "--force if nothing has changed that matters to the run",
                    head.version, version()));
  check_layouts(head, dispatch);
  const Config before = saved_config(head);
  for (const OptionValue& value : values) {
    const ConfigEntry* earlier = before.find(value.key);
    const std::vector<std::string> was = earlier == nullptr ? std::vector<std::string>{} : earlier->texts;
    const OnResume kind = on_resume(*option_of_key(app, value.key));
    if (kind == OnResume::free || (kind == OnResume::forced && force) || std::ranges::equal(was, value.texts, same))
      continue;
    throw Error(fmt::format("the checkpoint's run has --{} {}, and this one would have {}: {}", value.key, shown(was),
                            shown(value.texts),
                            kind == OnResume::forced ? "leave it out, or add --force to go on with the new value"
                                                     : "that cannot be changed in the middle of a run; leave it out"));
  }
}

}  // namespace circo
