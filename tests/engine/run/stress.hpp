#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include <cereal/types/map.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include <circo/run/engine.hpp>

/// A program that tries to make the engine lose, double or reorder messages: actors that spawn, die and send at random,
/// to the living and the dead, and are all moved at random in every epoch.
namespace circo::test {

inline std::atomic<std::int64_t> out_of_order{0};
inline std::atomic<std::int64_t> misdelivered{0};
inline std::atomic<std::int64_t> wrong_payload{0};

struct Token {
  using Values = std::uint32_t;
  Addr meant_for;
  Addr acquaintance;
  std::uint32_t sequence;  // of this sender to this receiver, from 1
  std::uint32_t hops;
};

/// Passes tokens on to actors that it has heard of, some of them dead by now.
class Wanderer {
 public:
  using Receives = Messages<Token>;

  void on(const Token& token, std::span<const std::uint32_t> values, Context& ctx) {
    if (token.meant_for != ctx.self()) ++misdelivered;
    if (ctx.sender()) {
      if (token.sequence != ++received_[ctx.sender().bits()]) ++out_of_order;
      for (const auto value : values)
        if (value != token.sequence) ++wrong_payload;
    }
    auto random = ctx.random();
    if (token.acquaintance && known_.size() < 20) known_.push_back(token.acquaintance);
    if (token.acquaintance && random.below(3) == 0) known_[random.below(known_.size())] = token.acquaintance;
    if (token.hops == 0) return;
    if (random.below(8) == 0) known_.push_back(ctx.spawn<Wanderer>());
    if (known_.empty()) known_.push_back(ctx.spawn<Wanderer>());
    const int copies = ctx.random().below(16) == 0 ? 2 : 1;
    for (int i = 0; i < copies; ++i) pass_on(token, ctx);
    if (ctx.random().below(40) == 0) ctx.die();
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(known_, sent_, received_);
  }

 private:
  void pass_on(const Token& token, Context& ctx) {
    auto random = ctx.random();
    const Addr to = known_[random.below(known_.size())];
    const Addr friend_of_mine = random.below(2) == 0 ? ctx.self() : known_[random.below(known_.size())];
    const std::uint32_t sequence = ++sent_[to.bits()];
    const std::vector<std::uint32_t> values(random.below(5), sequence);
    ctx.send(to, Token{to, friend_of_mine, sequence, token.hops - 1}, values);
  }

  std::vector<Addr> known_;
  std::map<std::uint64_t, std::uint32_t> sent_, received_;
};

/// *Collective.* Moves every actor to `where(scheduler, row)`. Returns how many have moved.
template <class Where>
std::int64_t move_all(Rank& rank, Epoch& epoch, Where&& where) {
  std::vector<std::vector<SchedulerId>> targets;
  for (const auto& scheduler : rank.schedulers()) {
    auto& mine = targets.emplace_back(scheduler->arena().size());
    for (std::uint32_t row = 0; row < mine.size(); ++row) mine[row] = where(*scheduler, row);
  }
  return rank.world().sum(static_cast<std::int64_t>(epoch.migrate(targets)));
}

/// Moves every actor to a random scheduler at every epoch.
struct Shuffle {
  void on_epoch(Rank& rank, Epoch& epoch) {
    moved += move_all(rank, epoch, [&](Scheduler& from, std::uint32_t) {
      return static_cast<SchedulerId>(from.random().below(rank.layout().schedulers()));
    });
  }
  std::int64_t moved = 0;
};

struct Outcome {
  Counts counts;
  std::int64_t moved;
  std::uint64_t fingerprint;  // of counts and superstep, to compare layouts
};

/// Makes the first actors and sends the first tokens.
struct StressModel {
  std::uint32_t actors, tokens, hops;

  void operator()(Setup& setup) const {
    const auto all = setup.populate<Wanderer>(actors, [](std::uint64_t, const Population&) { return Wanderer{}; });
    for (std::uint32_t i = 0; i < tokens; ++i) {
      const Addr to = all[i % actors];
      setup.send(to, Token{to, all[(7 * i + 1) % actors], 0, hops}, {});
    }
  }
};

/// *Collective.* Checks that all has arrived in order.
template <class Mover>
Outcome outcome_of(Engine<Mover>& engine, End end) {
  CHECK(end == End::quiescent);
  Counts sum;
  std::array<std::int64_t, 6> values{};
  for (const auto& scheduler : engine.rank().schedulers()) {
    const Counts& counts = scheduler->counts();
    values[0] += static_cast<std::int64_t>(counts.sent);
    values[1] += static_cast<std::int64_t>(counts.delivered);
    values[2] += static_cast<std::int64_t>(counts.dead_letters);
    values[3] += static_cast<std::int64_t>(counts.spawned);
    values[4] += static_cast<std::int64_t>(counts.died);
    values[5] += static_cast<std::int64_t>(scheduler->arena().size());
  }
  engine.rank().world().sum(values);
  sum.sent = static_cast<std::uint64_t>(values[0]);
  sum.delivered = static_cast<std::uint64_t>(values[1]);
  sum.dead_letters = static_cast<std::uint64_t>(values[2]);
  sum.spawned = static_cast<std::uint64_t>(values[3]);
  sum.died = static_cast<std::uint64_t>(values[4]);
  CHECK(sum.sent == sum.delivered + sum.dead_letters);
  CHECK(values[3] - values[4] == values[5]);
  CHECK(out_of_order == 0);
  CHECK(misdelivered == 0);
  CHECK(wrong_payload == 0);
  std::uint64_t fingerprint = engine.superstep();
  for (const auto value : values) fingerprint = mix(fingerprint, static_cast<std::uint64_t>(value));
  return {sum, engine.template plugin<Mover>().moved, fingerprint};
}

/// *Collective.* Runs it to its end on all of MPI_COMM_WORLD.
inline Outcome stress(const EngineSettings& settings, std::uint32_t actors, std::uint32_t tokens, std::uint32_t hops) {
  const Dispatch dispatch = ActorTypes<Wanderer>::bind();
  Engine<Shuffle> engine{MPI_COMM_WORLD, dispatch, settings, Shuffle{}};
  const End end = engine.run(StressModel{actors, tokens, hops});
  return outcome_of(engine, end);
}

}  // namespace circo::test
