#pragma once

#include <cstdint>

#include <circo/circo.hpp>

struct Baton {
  std::uint64_t legs_left;
};

/// Takes the baton and passes it to the next runner of the ring.
struct Runner {
  using Receives = circo::Messages<Baton>;
  circo::Addr next;

  void on(const Baton& baton, circo::Context& ctx) {
    if (baton.legs_left == 0) return ctx.stop("finisher", static_cast<std::int64_t>(ctx.self().bits()));
    ctx.send(next, Baton{baton.legs_left - 1});
  }
};

class Relay {
 public:
  using Actors = circo::ActorTypes<Runner>;
  static constexpr std::string_view name = "relay";
  static constexpr std::string_view describe = "a baton goes around a ring of runners";

  void add_options(CLI::App& app) {
    app.add_option("--runners", runners_, "Runners in the ring")->check(circo::whole(1))->capture_default_str();
    app.add_option("--legs", legs_, "Times the baton is passed on")->check(circo::whole())->capture_default_str();
  }
  void setup(circo::Setup& setup) const {
    const auto ring = setup.populate<Runner>(
        runners_, [](std::uint64_t i, const circo::Population& all) { return Runner{all[(i + 1) % all.size()]}; });
    setup.send(ring[0], Baton{legs_});
  }
  void finish(circo::Finish& finish) const {
    std::int64_t runners = 0;
    finish.for_each<Runner>([&](circo::Addr, const Runner&) { ++runners; });
    finish.report("runners", finish.world().sum(runners));
  }

 private:
  std::uint64_t runners_ = 10, legs_ = 100;
};
