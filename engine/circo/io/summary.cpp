#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <circo/io/progress.hpp>
#include <circo/io/summary.hpp>
#include <circo/run/version.hpp>

namespace circo {

namespace {

using Json = nlohmann::ordered_json;

Json figures(const Epoch& epoch) {
  Json json;
  for (const auto& [name, value] : Metrics::row(epoch)) {
    if (std::floor(value) == value && std::abs(value) < 0x1p53) {
      json[name] = static_cast<std::int64_t>(value);
    } else {
      json[name] = value;
    }
  }
  return json;
}

std::string text(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.6g}", *real);
  return std::get<std::string>(value);
}

}  // namespace

std::string summary_json(const Summary& s, const Metrics& metrics) {
  Json json;
  json["circo"] = version();
  json["git"] = git_hash();
  json["model"] = s.model;
  json["end"] = s.end;
  json["ranks"] = s.ranks;
  json["schedulers"] = s.ranks * static_cast<std::int64_t>(s.schedulers_per_rank);
  json["threads"] = s.threads;
  json["mode"] = s.strict ? "strict" : "relaxed";
  json["seed"] = s.seed;
  json["epochs"] = metrics.final() ? metrics.final()->number : 0;
  json["supersteps"] = s.supersteps;
  json["wall_s"] = s.wall_s;
  json["messages"] = metrics.messages();
  json["messages_per_s"] = s.wall_s > 0 ? static_cast<double>(metrics.messages()) / s.wall_s : 0.0;
  json["dead_letters"] = metrics.dead_letters();
  json["migrated"] = metrics.migrated();
  json["placement_s"] = metrics.placement_s();
  json["peak_memory_bytes"] = s.peak_memory;
  json["peak_memory_rank_bytes"] = s.peak_memory_rank;
  if (metrics.first()) json["first"] = figures(*metrics.first());
  if (metrics.last()) json["last"] = figures(*metrics.last());
  Json& result = json["result"] = Json::object();
  Json several = Json::object();
  for (const Report::Entry& entry : s.result) {
    std::visit([&](const auto& value) { result[entry.name] = value; }, entry.value);
    if (entry.times > 1) several[entry.name] = entry.times;
  }
  if (!several.empty()) json["reports_of_result"] = several;
  // A text may hold any bytes, JSON may not.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string summary_table(const Summary& s, const Metrics& metrics) {
  std::string out = fmt::format("\n{}: {} epochs, {} supersteps, {} messages in {:.2f} s; ended as {}\n", s.model,
                                metrics.final() ? metrics.final()->number : 0, s.supersteps,
                                short_number(static_cast<double>(metrics.messages())), s.wall_s, s.end);
  if (metrics.first() && metrics.last()) {
    const Epoch& a = *metrics.first();
    const Epoch& b = *metrics.last();
    auto row = [&](std::string_view name, const std::string& before, const std::string& after) {
      out += fmt::format("  {:<34}{:>12} -> {:>12}\n", name, before, after);
    };
    auto percent = [](double share) { return fmt::format("{:.2f} %", 100 * share); };
    out += fmt::format("  {:<34}{:>12}    {:>12}\n", "", "first epoch", "last epoch");
    row("messages that cross schedulers", percent(a.remote_share), percent(b.remote_share));
    row("messages that cross ranks", percent(a.rank_remote_share), percent(b.rank_remote_share));
    row("imbalance (max / mean load)", fmt::format("{:.3f}", a.imbalance), fmt::format("{:.3f}", b.imbalance));
    row("messages/s", short_number(a.messages_per_s()), short_number(b.messages_per_s()));
    row("actors", fmt::format("{}", a.actors), fmt::format("{}", metrics.final()->actors));
  }
  auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<34}{:>12}\n", name, value);
  };
  line("actors migrated", fmt::format("{}", metrics.migrated()));
  if (metrics.dead_letters() != 0) line("dead letters", fmt::format("{}", metrics.dead_letters()));
  line("time in placement", fmt::format("{:.1f} %", s.wall_s > 0 ? 100 * metrics.placement_s() / s.wall_s : 0.0));
  line("peak memory, all ranks", fmt::format("{} MiB", s.peak_memory >> 20));
  for (const Report::Entry& entry : s.result) {
    const std::string note = entry.times > 1 ? fmt::format("  (the last of {} reports)", entry.times) : "";
    line("result: " + entry.name, text(entry.value) + note);
  }
  return out;
}

}  // namespace circo
