// The `circo` command with models that misbehave, each in a way of its own; for faults_test.py and throws_test.py.
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <cereal/types/vector.hpp>

#include "engine/run/serve.hpp"
#include <circo/actor/observer.hpp>
#include <circo/run/command.hpp>

namespace faults {

using namespace circo;

/// Keeps an actor busy for ever.
struct Tick {};

/// One actor a scheduler for as long as nothing moves it: actors that all do the same.
template <class A, class Start>
void one_each(Setup& setup, const A& actor, const Start& start) {
  const Population all = setup.populate<A>(setup.schedulers(), [&](std::uint64_t, const Population&) { return actor; });
  for (std::uint64_t i = 0; i < all.size(); ++i) setup.send(all[i], start);
}

// -- throws: at a place, on one scheduler -----------------------------------------------------------------------------

[[noreturn]] void throw_it(const std::string& what) {
  if (what == "other") throw 42;
  if (what == "memory") throw std::bad_alloc{};
  if (what == "error") throw Error("the user can mend this");
  throw std::runtime_error("the bomb went off");
}

/// What to throw, where and when. Trivially copyable, as actors carry it along.
struct Plan {
  char in[16] = "handler";
  char what[16] = "runtime";
  std::uint64_t superstep = 5;
  SchedulerId scheduler = 0;

  bool is(const char* place) const { return std::strcmp(in, place) == 0; }
  void reached(const char* place, const Context& ctx) const {
    if (is(place) && ctx.scheduler() == scheduler && ctx.superstep() >= superstep) throw_it(what);
  }
};

struct Child {
  using Receives = Messages<Tick>;
  Plan plan;
  void on_spawn(Context& ctx) { plan.reached("on_spawn", ctx); }
  void on_death(Context& ctx) { plan.reached("on_death", ctx); }
  void on(const Tick&, Context& ctx) { ctx.die(); }
};

struct Bomb {
  using Receives = Messages<Tick>;
  Plan plan;

  void on(const Tick&, Context& ctx) {
    plan.reached("handler", ctx);
    ctx.send(ctx.spawn<Child>(Child{plan}), Tick{});
    ctx.send(ctx.self(), Tick{});
  }
  void on_migrate(Context& ctx) { plan.reached("on_migrate", ctx); }
  double load() const {
    if (plan.is("load")) throw_it(plan.what);
    return 1;
  }
  void observe(Observer&) const {
    if (plan.is("observe")) throw_it(plan.what);
  }
};

class Throws {
 public:
  using Actors = ActorTypes<Bomb, Child>;
  static constexpr std::string_view name = "throws";
  static constexpr std::string_view describe = "throws somewhere, on one scheduler";

  void add_options(CLI::App& app) {
    app.add_option("--in", in_, "Where")
        ->check(CLI::IsMember({"handler", "on_spawn", "on_death", "on_migrate", "load", "observe", "prepare", "setup",
                               "epoch", "finish", "finished"}));
    app.add_option("--what", what_, "What")->check(CLI::IsMember({"runtime", "other", "memory", "error"}));
    app.add_option("--at", superstep_, "Superstep from which on");
    app.add_option("--on", scheduler_, "Scheduler; of what a model does: rank");
  }
  void prepare(const Communicator& world, std::uint64_t) {
    if (in_ == "prepare" && world.rank() == static_cast<int>(scheduler_)) throw_it(what_);
  }
  void setup(Setup& setup) const {
    // Setup is the same for every scheduler, so a counter tells them apart: schedulers of a rank come in order.
    if (in_ == "setup" && setups_++ == 0 && rank() == static_cast<int>(scheduler_)) throw_it(what_);
    Plan plan;
    std::strncpy(plan.in, in_.c_str(), sizeof plan.in - 1);
    std::strncpy(plan.what, what_.c_str(), sizeof plan.what - 1);
    plan.superstep = superstep_;
    plan.scheduler = scheduler_;
    one_each(setup, Bomb{plan}, Tick{});
  }
  void on_epoch(EpochEdit& edit) {
    if (in_ == "epoch" && edit.world().rank() == static_cast<int>(scheduler_)) throw_it(what_);
  }
  void finish(Finish& finish) const {
    if (in_ == "finish" && finish.world().rank() == static_cast<int>(scheduler_)) throw_it(what_);
    finish.report("ranks", finish.world().sum(std::int64_t{1}));
    if (in_ == "finished" && finish.world().rank() == static_cast<int>(scheduler_)) throw_it(what_);
  }

 private:
  static int rank() {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
  }
  std::string in_ = "handler", what_ = "runtime";
  std::uint64_t superstep_ = 5;
  SchedulerId scheduler_ = 0;
  mutable int setups_ = 0;
};

// -- runaway: takes more and more -------------------------------------------------------------------------------------

struct Idler {
  using Receives = Messages<Tick>;
  std::uint64_t bulk[16] = {};
  void on(const Tick&, Context&) {}
};

/// Memory that the engine does not give out.
struct Hoard {
  std::vector<char> bytes;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

struct Glutton {
  using Receives = Messages<Tick>;
  Addr idler;
  Hoard hoard;
  std::uint8_t takes =
      0;  // 0: a spawn a superstep, 1: endless spawns, 2: endless sends, 3: memory, 4: twice the actors
  std::uint64_t last = 0;

  void on(const Tick& tick, Context& ctx) {
    const bool first_time = ctx.superstep() != last;
    last = ctx.superstep();
    switch (takes) {
      case 0:
        if (first_time) ctx.spawn<Idler>();
        break;
      case 1:
        for (;;) ctx.spawn<Idler>();
      case 2:
        if (!idler) idler = ctx.spawn<Idler>();
        for (;;) ctx.send(idler, tick);
      case 3:
        if (first_time) hoard.bytes.resize(hoard.bytes.size() + (16u << 20), 1);
        break;
      default:
        ctx.send(ctx.spawn<Glutton>(Glutton{{}, {}, takes, 0}), tick);
    }
    ctx.send(ctx.self(), tick);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(idler, hoard, takes, last);
  }
};

class Runaway {
 public:
  using Actors = ActorTypes<Glutton, Idler>;
  static constexpr std::string_view name = "runaway";
  static constexpr std::string_view describe = "takes more and more of something";

  void add_options(CLI::App& app) {
    app.add_option("--takes", takes_, "What")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, int>{{"spawn", 0}, {"spawns", 1}, {"sends", 2}, {"memory", 3}, {"actors", 4}}));
  }
  void setup(Setup& setup) const {
    setup.send(setup.spawn<Glutton>(Glutton{{}, {}, static_cast<std::uint8_t>(takes_), 0}), Tick{});
  }

 private:
  int takes_ = 0;
};

// -- stray: messages that go wrong ------------------------------------------------------------------------------------

struct Unheard {
  std::uint64_t value = 0;
};
struct Letter {
  std::uint64_t number = 0;
};
struct Parcel {
  using Values = double;
};

struct Mortal {
  using Receives = Messages<Letter, Parcel>;
  std::uint64_t got = 0;
  void on(const Letter&, Context& ctx) {
    ++got;
    ctx.die();
    ctx.die();
    ctx.send(ctx.self(), Letter{});
  }
  void on(const Parcel&, std::span<const double> values, Context&) { got += values.size(); }
};

struct Sender {
  using Receives = Messages<Tick>;
  char what[16] = "dead";
  std::uint64_t left = 20;
  Addr mortal{};

  bool is(const char* name) const { return std::strcmp(what, name) == 0; }
  void on_spawn(Context& ctx) {
    if (is("forward")) ctx.forward(ctx.self());
  }
  void on(const Tick& tick, Context& ctx) {
    if (!mortal) mortal = ctx.spawn<Mortal>();
    if (is("dead")) ctx.send(mortal, Letter{left});
    if (is("unheard")) ctx.send(mortal, Unheard{left});
    if (is("unlisted")) ctx.send(mortal, tick);
    if (is("large")) ctx.send(mortal, Parcel{}, std::vector<double>((16u << 20) / sizeof(double) + 1));
    if (is("largest")) ctx.send(mortal, Parcel{}, std::vector<double>((16u << 20) / sizeof(double) - 1));
    if (is("nobody")) ctx.send(Addr{}, Letter{left});
    if (is("nowhere")) ctx.send(Addr::from_bits(0x7FFFFF1234567801), Letter{left});
    if (is("nonsense")) ctx.send(Addr::from_bits(0x0000001234567801), Letter{left});
    if (--left != 0) ctx.send(ctx.self(), tick);
  }
};

class Stray {
 public:
  using Actors = ActorTypes<Sender, Mortal>;
  static constexpr std::string_view name = "stray";
  static constexpr std::string_view describe = "sends messages that go wrong";

  void add_options(CLI::App& app) {
    app.add_option("--what", what_, "What goes wrong")
        ->check(CLI::IsMember(
            {"dead", "unheard", "unlisted", "large", "largest", "nobody", "nowhere", "nonsense", "forward"}));
  }
  void setup(Setup& setup) const {
    Sender sender;
    std::strncpy(sender.what, what_.c_str(), sizeof sender.what - 1);
    one_each(setup, sender, Tick{});
  }

 private:
  std::string what_ = "dead";
};

// -- hang: does not come back -----------------------------------------------------------------------------------------

struct Sleeper {
  using Receives = Messages<Tick>;
  double seconds = 0;
  void on(const Tick& tick, Context& ctx) {
    do std::this_thread::sleep_for(std::chrono::duration<double>(seconds == 0 ? 1 : seconds));
    while (seconds == 0);
    ctx.wake(tick);  // one per superstep
  }
};

class Hang {
 public:
  using Actors = ActorTypes<Sleeper>;
  static constexpr std::string_view name = "hang";
  static constexpr std::string_view describe = "has one handler that does not return for a long time";
  void add_options(CLI::App& app) { app.add_option("--sleep", sleep_, "Seconds; 0: for ever"); }
  void setup(Setup& setup) const { setup.send(setup.spawn<Sleeper>(Sleeper{sleep_}), Tick{}); }

 private:
  double sleep_ = 0;
};

}  // namespace faults

int main(int argc, char** argv) {
  const auto command = [](int count, char** words) {
    return circo::command<faults::Throws, faults::Runaway, faults::Stray, faults::Hang>(count, words);
  };
  if (argc == 2 && std::string_view{argv[1]} == "--serve") return circo::test::serve("faults", command);
  return command(argc, argv);
}
