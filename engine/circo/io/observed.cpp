#include <algorithm>
#include <cctype>
#include <limits>
#include <map>

#include <fmt/format.h>

#include <circo/actor/observer.hpp>
#include <circo/error.hpp>
#include <circo/io/observed.hpp>
#include <circo/transport/together.hpp>

namespace circo {

namespace {

Observer observe_local(Rank& rank) {
  Observer observer;
  std::uint64_t actor = 0;
  for (const auto& scheduler : rank.schedulers()) {
    const Arena& arena = scheduler->arena();
    for (std::uint32_t row = 0; row < arena.size(); ++row, ++actor) {
      const ActorType& type = arena.type(row);
      if (type.observe == nullptr) continue;
      observer.turn_to(actor);
      try {
        type.observe(arena.head(row).state(), observer);
      } catch (...) {
        throw Error(fmt::format("actor {} in observe(): {}", type.name, what_of(std::current_exception())));
      }
    }
  }
  const auto is_letter = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  for (const auto& column : observer.columns()) {
    if (column.name.empty() || !std::ranges::all_of(column.name, is_letter)) {
      throw Error(
          fmt::format("observe() shows something as '{}'; expected a name of letters, digits and _", column.name));
    }
  }
  return observer;
}

}  // namespace

std::vector<ObservedColumn> observe_actors(Rank& rank) {
  Observer observer;
  together(rank.world(), "take a snapshot", [&] { observer = observe_local(rank); });
  Bytes mine;
  for (const auto& column : observer.columns()) {
    for (const std::string* text : {&column.name, &column.unit}) {
      append(mine, text->size());
      append(mine, std::as_bytes(std::span{*text}));
    }
  }
  const auto all = rank.world().gather_all(mine);
  std::map<std::string, std::string> units;
  std::optional<std::string> failure;
  for (ByteReader in{all}; !in.empty();) {
    std::string texts[2];
    for (std::string& text : texts) {
      const auto bytes = in.take(in.get<std::size_t>());
      text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    const auto [known, is_new] = units.try_emplace(texts[0], texts[1]);
    if (known->second != texts[1] && !failure) {
      failure =
          fmt::format("actors show '{}' in '{}' and in '{}'; expected one unit", texts[0], known->second, texts[1]);
    }
  }
  if (failure) throw Error(*failure);

  std::vector<ObservedColumn> columns;
  for (const auto& [name, unit] : units) {
    const auto shown = std::ranges::find(observer.columns(), name, &Observer::Column::name);
    columns.push_back({name, unit, {}});
    if (shown != observer.columns().end()) columns.back().values = shown->values;
    columns.back().values.resize(rank.local_actors(), std::numeric_limits<double>::quiet_NaN());
  }
  return columns;
}

}  // namespace circo
