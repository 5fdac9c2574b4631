#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <circo/error.hpp>
#include <circo/nearest_name.hpp>
#include <circo/run/config_file.hpp>

namespace circo {

namespace {

std::string place(const Config& config, unsigned line) { return fmt::format("{}:{}", config.source, line); }

/// The text that the command line would have for a value; nothing for what is no value.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_table() || node.is_array()) return {};
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

void read_value(const std::string& key, const toml::node& node, Config& config) {
  ConfigEntry& entry = config.entries.emplace_back();
  entry.key = key;
  entry.line = node.source().begin.line;
  const toml::array one{node};
  for (const toml::node& element : node.is_array() ? *node.as_array() : one) {
    auto text = text_of(element);
    if (!text)
      throw Error(fmt::format("{}: {}: expected a value or a list of values, as in {} = [1, 2], not lists in a list",
                              place(config, entry.line), key, key));
    entry.texts.push_back(std::move(*text));
  }
}

/// A table is a dotted key: the name of an option may have dots.
void read_table(const std::string& prefix, const toml::table& table, Config& config) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string{key.str()};
    if (const auto* inner = node.as_table()) {
      if (inner->empty()) config.entries.push_back({name, {}, inner->source().begin.line});
      read_table(name + ".", *inner, config);
    } else {
      read_value(name, node, config);
    }
  }
}

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

/// Whether a text has the form of a TOML integer or float, so that it is read back as the same text or number.
bool is_number(const std::string& text) {
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [at, code] = std::from_chars(text.data(), end, whole); code == std::errc{} && at == end)
    return fmt::format("{}", whole) == text;
  double real = 0;
  const auto [at, code] = std::from_chars(text.data(), end, real);
  if (code != std::errc{} || at != end || text.find_first_of(".e") == std::string::npos) return false;
  const bool is_toml = std::ranges::all_of(
      text, [](char c) { return std::string_view{"0123456789.e+-"}.find(c) != std::string_view::npos; });
  return is_toml && fmt::format("{}", real) == text;
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::toml_formatter{toml::value<std::string>{text}, toml::format_flags{}};
  return out.str();
}

std::string toml_of(const std::string& text, OptionValue::Kind kind) {
  const bool plain = (kind == OptionValue::Kind::flag && (text == "true" || text == "false")) ||
                     (kind != OptionValue::Kind::text && is_number(text));
  return plain ? text : quoted(text);
}

std::string toml_of(const OptionValue& value) {
  if (value.texts.size() == 1) return toml_of(value.texts.front(), value.kind);
  std::string list;
  for (const auto& text : value.texts) list += (list.empty() ? "" : ", ") + toml_of(text, value.kind);
  return "[" + list + "]";
}

std::string toml_key(const std::string& key) {
  const bool bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return bare ? key : quoted(key);
}

/// Each line of a text behind `# `, without the control characters that TOML forbids in comments.
std::string comment(const std::string& text) {
  std::string lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    lines += "# " + line + "\n";
  }
  return lines;
}

/// The list of keys whose values are defaults, in lines of at most 100 letters.
std::string defaults_text(const std::vector<OptionValue>& values) {
  std::string text, line;
  for (const OptionValue& value : values) {
    if (value.origin != OptionValue::Origin::fallback) continue;
    const std::string next = quoted(value.key) + ",";
    if (line.size() + next.size() > 100) {
      text += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "  " : " ") + next;
  }
  return fmt::format(
      "\n# Options that were not given: their values above are the defaults of this version.\n"
      "defaults = [\n{}{}]\n",
      text, line.empty() ? "" : line + "\n");
}

}  // namespace

const ConfigEntry* Config::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &ConfigEntry::key);
  return found == entries.end() ? nullptr : &*found;
}

Config parse_config(const std::string& text, const std::string& source) {
  Config config;
  config.source = source;
  toml::table table;
  try {
    table = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("{}: expected lines KEY = VALUE in TOML: {}", place(config, error.source().begin.line),
                            error.description()));
  }
  read_table("", table, config);
  std::ranges::sort(config.entries, {}, &ConfigEntry::line);
  if (const ConfigEntry* model = config.find("model")) {
    if (model->texts.size() != 1)
      throw Error(fmt::format("{}: expected one model, as in model = \"NAME\"", place(config, model->line)));
    config.model = model->texts.front();
  }
  if (const ConfigEntry* defaults = config.find("defaults"))
    for (const std::string& key : std::vector<std::string>{defaults->texts})
      for (ConfigEntry& entry : config.entries)
        if (entry.key == key) entry.is_default = true;
  std::erase_if(config.entries, [](const ConfigEntry& entry) {
    return std::ranges::find(config_keys, entry.key) != std::end(config_keys);
  });
  return config;
}

void apply_config(CLI::App& app, const Config& config) {
  for (const ConfigEntry& entry : config.entries) {
    CLI::Option* option = option_of_key(app, entry.key);
    if (option == nullptr) {
      if (app.get_option_no_throw("--" + entry.key) != nullptr)
        throw Error(fmt::format("{}: {}: this option cannot be in a config file; give it on the command line",
                                place(config, entry.line), entry.key));
      std::vector<std::string> owned;
      for (const CLI::Option* each : config_options(app)) owned.push_back(config_key(*each));
      const std::vector<std::string_view> names(owned.begin(), owned.end());
      throw Error(fmt::format("{}: unknown key '{}'{}", place(config, entry.line), entry.key,
                              nearest_name(entry.key, names).empty() ? "; expected the name of an option"
                                                                     : did_you_mean(entry.key, names)));
    }
    if (!option->empty() || (entry.is_default && entry.texts == default_texts(*option))) continue;
    try {
      give(*option, entry.key, entry.texts);
    } catch (const CLI::Error& error) {
      throw Error(fmt::format("{}: {}", place(config, entry.line), error.what()));
    }
  }
}

std::string config_text(const std::string& title, const std::string& model, const std::vector<OptionValue>& values) {
  std::string text = comment(title) + "\nmodel = " + quoted(model) + "\n", group;
  for (const OptionValue& value : values) {
    for (const auto& each : value.texts)
      if (!is_utf8(each))
        throw Error(fmt::format("--{}: expected text in UTF-8, as config.toml can hold no other", value.key));
    if (value.group != group) {
      group = value.group;
      text += "\n" + comment("-- " + group + " --");
    }
    text += comment(value.description);
    text += value.origin == OptionValue::Origin::unknown
                ? "# " + toml_key(value.key) + " =    # not given; its default is known to the program only\n"
                : toml_key(value.key) + " = " + toml_of(value) + "\n";
  }
  return text + defaults_text(values);
}

}  // namespace circo
