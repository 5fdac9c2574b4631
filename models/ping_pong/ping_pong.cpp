#include <ping_pong/ping_pong.hpp>

#include <circo/run/checks.hpp>

namespace circo::models {

void PingPong::add_options(CLI::App& app) {
  app.add_option("--pairs", pairs_, "Pairs of actors")->check(whole(1))->capture_default_str();
  app.add_option("--hits", hits_, "Messages a pair exchanges in all; 0: for ever")
      ->check(whole())
      ->capture_default_str();
}

void PingPong::setup(Setup& setup) const {
  const Population players =
      setup.populate<Player>(2 * pairs_, [](std::uint64_t i, const Population& all) { return Player{all[i ^ 1]}; });
  for (std::uint64_t pair = 0; pair < pairs_; ++pair)
    setup.send(players[2 * pair], Ball{hits_ != 0 ? hits_ : UINT64_MAX});
}

void PingPong::finish(Finish& finish) const {
  std::int64_t hits = 0;
  finish.for_each<Player>([&](Addr, const Player& player) { hits += static_cast<std::int64_t>(player.hits); });
  finish.report("hits", finish.world().sum(hits));
}

}  // namespace circo::models
