#include <algorithm>

#include <circo/run/option_values.hpp>

namespace circo {

namespace {

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

bool takes_several(const CLI::Option& option) {
  return option.get_items_expected_max() > 1 || option.get_allow_extra_args();
}

/// `!--no-colour` is a name that means the opposite of what is stored.
bool is_negated(const CLI::Option& option, const std::string& name) {
  const auto& negated = option.get_fnames();
  return std::ranges::find(negated, name) != negated.end() && option.get_flag_value(name, "") == "false";
}

std::vector<std::string> given_texts(const CLI::Option& option) {
  std::vector<std::string> texts = option.results();
  if (!is_flag(option)) return texts;
  const std::string key = config_key(option);
  if (is_negated(option, key))
    for (std::string& text : texts) text = text == "true" ? "false" : text == "false" ? "true" : text;
  return texts;
}

OptionValue::Kind kind_of(const CLI::Option& option) {
  if (is_flag(option)) return OptionValue::Kind::flag;
  return option.get_type_name().starts_with("TEXT") ? OptionValue::Kind::text : OptionValue::Kind::other;
}

}  // namespace

std::vector<CLI::Option*> config_options(CLI::App& app) {
  std::vector<CLI::Option*> options = app.get_options([](CLI::Option* option) { return option->get_configurable(); });
  for (CLI::App* group : app.get_subcommands([](CLI::App* each) { return each->get_name().empty(); })) {
    const auto more = config_options(*group);
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
}

std::string config_key(const CLI::Option& option) {
  const auto& names = option.get_lnames();
  for (const auto& name : names)
    if (!is_negated(option, name)) return name;
  if (!names.empty()) return names.front();
  return option.get_snames().empty() ? option.get_name(true) : option.get_snames().front();
}

CLI::Option* option_of_key(CLI::App& app, const std::string& key) {
  for (CLI::Option* option : config_options(app))
    if (option->check_lname(key) || option->check_sname(key) || option->check_name(key)) return option;
  return nullptr;
}

void give(CLI::Option& option, const std::string& key, const std::vector<std::string>& texts) {
  for (const std::string& text : texts)
    option.add_result(is_flag(option) ? option.get_flag_value(key, text == "true" ? "" : text) : text);
}

std::vector<std::string> default_texts(const CLI::Option& option) {
  const std::string text = option.get_default_str();
  if (text.empty()) return {};
  // CLI11 writes the default of a vector as [1,2,3].
  if (!takes_several(option) || !text.starts_with('[') || !text.ends_with(']')) return {text};
  std::vector<std::string> texts = CLI::detail::split(text.substr(1, text.size() - 2), ',');
  std::erase(texts, "");
  return texts;
}

std::vector<OptionValue> option_values(CLI::App& app) {
  std::vector<OptionValue> values;
  for (const CLI::Option* option : config_options(app)) {
    OptionValue& value = values.emplace_back();
    value.key = config_key(*option);
    value.group = option->get_group();
    value.description = option->get_description();
    value.kind = kind_of(*option);
    if (!option->empty()) {
      value.origin = OptionValue::Origin::given;
      value.texts = given_texts(*option);
    } else if (value.texts = default_texts(*option); !value.texts.empty()) {
      value.origin = OptionValue::Origin::fallback;
    }
  }
  return values;
}

const OptionValue* value_of_key(const std::vector<OptionValue>& values, const std::string& key) {
  const auto found = std::ranges::find(values, key, &OptionValue::key);
  return found == values.end() ? nullptr : &*found;
}

}  // namespace circo
