#pragma once

#include <cstdint>

#include <CLI/App.hpp>

#include <circo/run/model.hpp>

namespace circo::models {

struct Ball {
  std::uint64_t hits_left;
};

/// Sends the ball back to the partner until it has been hit often enough.
struct Player {
  using Receives = Messages<Ball>;
  Addr partner;
  std::uint64_t hits = 0;

  void on(const Ball& ball, Context& ctx) {
    ++hits;
    if (ball.hits_left > 1) ctx.send(partner, Ball{ball.hits_left - 1});
  }
};

/// Pairs of actors that send each other one message to and fro: the benchmark of the message path.
class PingPong {
 public:
  using Actors = ActorTypes<Player>;
  static constexpr std::string_view name = "ping_pong";
  static constexpr std::string_view describe = "pairs of actors that send each other a message to and fro";

  void add_options(CLI::App& app);
  void setup(Setup& setup) const;
  void finish(Finish& finish) const;

 private:
  std::uint64_t pairs_ = 1000;
  std::uint64_t hits_ = 10000;
};

}  // namespace circo::models
