// The `circo` command with models whose options are of every kind that CLI11 has, or clash; for option_kinds_test.py.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <circo/circo.hpp>

namespace {

struct Tick {
  int left;
};

struct Ticker {
  using Receives = circo::Messages<Tick>;
  int ticks = 0;
  void on(const Tick& tick, circo::Context& ctx) {
    ++ticks;
    if (tick.left > 0) ctx.wake(Tick{tick.left - 1});
  }
};

enum class Colour { red = 3, green = 5 };

/// Text as it may stand in a JSON file whatever bytes it has.
std::string hex(const std::string& text) {
  std::ostringstream out;
  for (const unsigned char c : text) {
    out.width(2);
    out.fill('0');
    out << std::hex << static_cast<int>(c);
  }
  return out.str();
}

template <class Values>
std::string joined(const Values& values) {
  std::ostringstream out;
  out.precision(17);
  for (const auto& value : values) out << value << ' ';
  return out.str();
}

/// One option of every kind, with defaults that CLI11 does not know unless the name says so.
class Kinds {
 public:
  using Actors = circo::ActorTypes<Ticker>;
  static constexpr std::string_view name = "kinds", describe = "options of every kind";

  void add_options(CLI::App& app) {
    app.add_option("input", positional_, "A positional one");
    app.add_option("--whole", whole_, "A whole number");
    app.add_option("--large", large_, "Up to 2^64 - 1");
    app.add_option("--real", real_, "A number\nwith two lines\tof description");
    app.add_option("--third", third_, "A default that CLI11 rounds")->capture_default_str();
    app.add_option("--text", text_, "A text");
    app.add_option("--known", known_, "A text with a default")->capture_default_str();
    app.add_option("--path", path_, "A path");
    app.add_option("--truth", truth_, "true or false as a value");
    app.add_flag("--flag,!--no-flag", flag_, "On unless told otherwise");
    app.add_flag("!--no-colour", colour_, "A name that only switches off");
    app.add_flag("-v,--verbose", verbose_, "The more the more");
    app.add_flag("--level{3},--highest{9}", level_, "Flags with values");
    app.add_option("--list", list_, "Numbers");
    app.add_option("--known-list", known_list_, "Numbers with a default")->capture_default_str();
    app.add_option("--point", point_, "Three numbers")->expected(3);
    app.add_option("--comma", comma_, "Parted by commas")->delimiter(',');
    app.add_option("--rule", rules_, "A text, given several times")->allow_extra_args(false);
    app.add_option("--pair", pair_, "A number and a text");
    app.add_option("--pairs", pairs_, "Several of those");
    app.add_option("--triple", triple_, "Three of different types");
    app.add_option("--maybe", maybe_, "A number or none");
    app.add_option("--some", some_, "With a value or without")->expected(0, 1)->default_str("all");
    app.add_option("--shade", shade_, "An enum by name")
        ->transform(
            CLI::CheckedTransformer(std::map<std::string, Colour>{{"red", Colour::red}, {"green", Colour::green}}));
    // Not the same when it is done twice.
    app.add_option("--swap", swap_, "A text that is transformed")
        ->transform(CLI::Transformer(std::map<std::string, std::string>{{"a", "b"}, {"b", "c"}}));
    app.add_option("--bytes", bytes_, "A size")->transform(CLI::AsSizeValue(false));
    app.add_option("--wait", wait_, "Milliseconds")
        ->transform(CLI::AsNumberWithUnit(std::map<std::string, int>{{"ms", 1}, {"s", 1000}},
                                          CLI::AsNumberWithUnit::UNIT_REQUIRED));
    app.add_option_function<std::string>(
           "--cores", [this](const std::string& text) { cores_ = std::stoi(text); }, "A number")
        ->default_str("as many as there are")
        ->check(CLI::Number);
    // 5 is what it is without.
    app.add_option("--wrong-default", wrong_default_, "Its default is not what it says")->default_str("7");
    app.add_option("-s", short_, "A short name only");
    app.add_option("--a.b", dotted_, "A name with a dot");
    app.add_option("--from-environment", environment_, "Also from the environment")->envname("CIRCO_TEST_OPTION");
    app.add_option("--not-kept", not_kept_, "Not in a config file")->configurable(false);
    auto* group = app.add_option_group("Inner", "Options in a group");
    group->add_option("--inner", inner_, "In a group");
    auto* first = app.add_option("--first", first_, "Not with --second")->capture_default_str();
    app.add_option("--second", second_, "Not with --first")->capture_default_str()->excludes(first);
  }
  void setup(circo::Setup& setup) const { setup.send(setup.spawn<Ticker>(), Tick{100}); }
  void finish(circo::Finish& finish) const {
    std::ostringstream out;
    out.precision(17);
    out << "input=" << hex(positional_) << "; whole=" << whole_ << "; large=" << large_ << "; real=" << real_
        << "; third=" << third_ << "; text=" << hex(text_) << "; known=" << hex(known_)
        << "; path=" << hex(path_.string()) << "; truth=" << truth_ << "; flag=" << flag_ << "; colour=" << colour_
        << "; verbose=" << verbose_ << "; level=" << level_ << "; list=" << joined(list_)
        << "; known-list=" << joined(known_list_) << "; point=" << joined(point_) << "; comma=" << joined(comma_)
        << "; rules=";
    for (const auto& rule : rules_) out << hex(rule) << ' ';
    out << "; pair=" << pair_.first << ' ' << hex(pair_.second) << "; pairs=";
    for (const auto& [number, text] : pairs_) out << number << ' ' << hex(text) << ' ';
    const auto& [a, b, c] = triple_;
    out << "; triple=" << a << ' ' << hex(b) << ' ' << c << "; maybe=" << (maybe_ ? std::to_string(*maybe_) : "none")
        << "; some=" << hex(some_) << "; shade=" << static_cast<int>(shade_) << "; swap=" << swap_
        << "; bytes=" << bytes_ << "; wait=" << wait_ << "; cores=" << cores_ << "; wrong-default=" << wrong_default_
        << "; s=" << short_ << "; a.b=" << dotted_ << "; environment=" << environment_ << "; inner=" << inner_
        << "; first=" << first_ << "; second=" << second_;
    finish.report("values", out.str());
    finish.report("not_kept", static_cast<std::int64_t>(not_kept_));
  }

 private:
  std::string positional_ = "nothing";
  int whole_ = 5, cores_ = 5, wrong_default_ = 5, short_ = 5, dotted_ = 5, environment_ = 5, not_kept_ = 5, inner_ = 5;
  int verbose_ = 0, level_ = 1, first_ = 1, second_ = 2;
  std::uint64_t large_ = 5, bytes_ = 5;
  double real_ = 0.1, third_ = 1.0 / 3;
  std::string text_ = "text", known_ = "a, b", some_ = "some", swap_ = "s";
  std::filesystem::path path_ = "path";
  bool truth_ = true, flag_ = true, colour_ = true;
  std::vector<int> list_{1, 2}, known_list_{3, 4};
  std::vector<double> point_{0.5, 1.5, 2.5}, comma_{0.25};
  std::vector<std::string> rules_{"rule"};
  std::pair<int, std::string> pair_{1, "one"};
  std::vector<std::pair<int, std::string>> pairs_{{1, "one"}};
  std::tuple<int, std::string, double> triple_{1, "two", 3};
  std::optional<double> maybe_;
  Colour shade_ = Colour::red;
  std::uint64_t wait_ = 5;
};

/// A model with one option of a name that it should not have.
template <const auto& Name, const auto& Option>
class Clash {
 public:
  using Actors = circo::ActorTypes<Ticker>;
  static constexpr std::string_view name = Name, describe = "an option with a name that is taken";
  void add_options(CLI::App& app) { app.add_option(Option, value_, "Taken"); }
  void setup(circo::Setup& setup) const { setup.spawn<Ticker>(); }

 private:
  std::string value_;
};

#define CLASH(model, option)                       \
  inline constexpr char model##_name[] = #model;   \
  inline constexpr char model##_option[] = option; \
  using model = Clash<model##_name, model##_option>;

CLASH(clash_seed, "--seed")
CLASH(clash_second_name, "--speed,--seed")
CLASH(clash_model, "--model")
CLASH(clash_version, "--version")
CLASH(clash_config, "--config")
CLASH(clash_resume, "--resume")
CLASH(clash_force, "--force")
CLASH(clash_help, "--help")
CLASH(clash_short, "-h")
CLASH(clash_defaults, "--defaults")
CLASH(clash_git, "--git")
CLASH(clash_positional, "seed")
CLASH(clash_no_name, "--")

/// Adds the same name twice.
class clash_itself {
 public:
  using Actors = circo::ActorTypes<Ticker>;
  static constexpr std::string_view name = "clash_itself", describe = "an option twice";
  void add_options(CLI::App& app) {
    app.add_option("--one", value_);
    app.add_option("--one", value_);
  }
  void setup(circo::Setup& setup) const { setup.spawn<Ticker>(); }

 private:
  int value_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  return circo::command<Kinds, clash_seed, clash_second_name, clash_model, clash_version, clash_config, clash_resume,
                        clash_force, clash_help, clash_short, clash_defaults, clash_git, clash_positional,
                        clash_no_name, clash_itself>(argc, argv);
}
