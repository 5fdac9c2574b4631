#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include <circo/error.hpp>
#include <circo/run/config_file.hpp>

namespace {

using namespace circo;
using Texts = std::vector<std::string>;

OptionValue value(const std::string& key, const Texts& texts, OptionValue::Kind kind = OptionValue::Kind::other,
                  OptionValue::Origin origin = OptionValue::Origin::given) {
  return {key, "Group", "A description\nof two lines \x01", origin, kind, texts};
}

Texts again(const OptionValue& given) {
  const Config config = parse_config(config_text("title", "model", {given}), "file");
  const ConfigEntry* entry = config.find(given.key);
  return entry == nullptr ? Texts{} : entry->texts;
}

std::string complaint(const std::string& text) {
  try {
    parse_config(text, "in.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Parses the arguments over the config, as the command does, with the options that `add` adds.
template <class Add>
std::vector<OptionValue> parse(const std::string& config, const Texts& args, Add&& add) {
  CLI::App app;
  std::vector<OptionValue> values;
  app.add_option_function<std::string>("model",
                                       [&](const std::string&) {
                                         apply_config(app, parse_config(config, "in.toml"));
                                         values = option_values(app);
                                       })
      ->configurable(false);
  add(app);
  Texts reversed(args.rbegin(), args.rend());
  reversed.push_back("model");
  app.parse(reversed);
  return values;
}

TEST_CASE("every byte of a text is read back") {
  for (int c = 1; c < 128; ++c) {
    const std::string letter(1, static_cast<char>(c));
    for (const auto kind : {OptionValue::Kind::text, OptionValue::Kind::other, OptionValue::Kind::flag})
      for (const std::string& text : {letter, letter + letter + letter, "a" + letter, letter + "a"})
        CHECK(again(value("key", {text}, kind)) == Texts{text});
  }
  for (const std::string text : {"", "é", "𝄞", "\"\"\"", "'''", "\\u0041", "\r\n"})
    CHECK(again(value("key", {text}, OptionValue::Kind::text)) == Texts{text});
}

TEST_CASE("numbers are numbers where that loses nothing, and lists lists") {
  const std::string text = config_text(
      "", "m",
      {value("a", {"5"}), value("b", {"0.5"}), value("c", {"1", "x"}), value("d", {"5"}, OptionValue::Kind::text),
       value("e", {"true"}, OptionValue::Kind::flag), value("f", {"1e-3"}), value("g.h", {"18446744073709551615"})});
  for (const std::string line : {"a = 5\n", "b = 0.5\n", "e = true\n"}) CHECK(text.find(line) != std::string::npos);
  for (const std::string number : {"0", "-5", "007", "0x10", "+5", "1_000", "-0", "-0.0", "1.", ".5", "1e5", "1E5",
                                   "nan", "-inf", "0.1000", "5e-324", "18446744073709551615", "0.30000000000000004"})
    CHECK(again(value("key", {number})) == Texts{number});
  CHECK(again(value("key", {"1", "a b", "0.5", ""})) == Texts{"1", "a b", "0.5", ""});
}

TEST_CASE("keys may have any letters") {
  for (const std::string key : {"a", "a-b", "a.b", "a b", "ü", "\"", "1"})
    CHECK(again(value(key, {"v"})) == Texts{"v"});
}

TEST_CASE("what is not valid is told with its line") {
  CHECK(complaint("a = 1\nb = = 2\n").starts_with("in.toml:2: expected lines KEY = VALUE in TOML: "));
  CHECK(complaint("a = 1\n\na = 2\n").starts_with("in.toml:3: "));
  CHECK(complaint("model = [\"a\", \"b\"]\n").starts_with("in.toml:1: expected one model"));
  CHECK(complaint("\nlist = [[1], [2]]\n").starts_with("in.toml:2: list: expected a value"));
  CHECK(complaint("a = \"\xFF\"\n").starts_with("in.toml:1: "));
  CHECK_THROWS_AS(config_text("", "m", {value("key", {"\xFC"})}), Error);
}

TEST_CASE("the command line wins over the file, and the file over defaults") {
  for (const auto& [config, args, expected] :
       std::vector<std::tuple<std::string, Texts, int>>{{"", {}, 1}, {"n = 2", {}, 2}, {"n = 2", {"--n", "3"}, 3}}) {
    int n = 1;
    parse(config, args, [&](CLI::App& app) { app.add_option("--n", n)->capture_default_str(); });
    CHECK(n == expected);
  }
}

TEST_CASE("a default is left to the program, unless the file has another") {
  for (const auto& [config, expected] :
       std::vector<std::pair<std::string, double>>{{"x = 0.333333\ndefaults = [\"x\"]", 1. / 3},
                                                   {"x = 0.333333", 0.333333},
                                                   {"x = 0.5\ndefaults = [\"x\"]", 0.5}}) {
    double x = 1. / 3;
    const auto values = parse(config, {}, [&](CLI::App& app) { app.add_option("--x", x)->capture_default_str(); });
    CHECK(x == expected);
    const auto origin = value_of_key(values, "x")->origin;
    CHECK((origin == OptionValue::Origin::fallback) == (x == 1. / 3));
  }
}

TEST_CASE("keys that are no option are refused") {
  int n = 0;
  const auto add = [&](CLI::App& app) {
    app.add_option("--number", n);
    app.add_option("--own", n)->configurable(false);
  };
  CHECK_THROWS_WITH_AS(parse("own = 1", {}, add),
                       "in.toml:1: own: this option cannot be in a config file; give it on the command line", Error);
  CHECK_THROWS_WITH_AS(parse("\nnumbr = 1", {}, add), "in.toml:2: unknown key 'numbr', did you mean number?", Error);
}

}  // namespace
