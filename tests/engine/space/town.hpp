#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include <circo/scheduler/drain.hpp>
#include <circo/space/migration.hpp>

namespace circo::test {

struct Number {
  std::uint64_t value;
};

/// State as bytes.
struct Stone {
  using Receives = Messages<Number>;
  std::uint64_t number = 0;
  std::uint64_t got = 0;  // the last number received
  std::uint32_t migrations = 0;
  SchedulerId last_place = 0;

  void on(const Number& message, Context&) {
    CHECK(message.value == got + 1);
    got = message.value;
  }
  void on_migrate(Context& ctx) {
    ++migrations;
    last_place = ctx.scheduler();
    CHECK(ctx.sender() == Addr{});
  }
};

/// State with cereal.
struct Vessel {
  using Receives = Messages<Number>;
  std::vector<std::string> contents;
  void on(const Number& message, Context&) { contents.push_back(std::to_string(message.value)); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(contents);
  }
};

/// A rank with actors whose state says where they were made: actor k of a scheduler is a Stone when k is even.
struct Town {
  static constexpr std::uint32_t each = 10;
  Dispatch dispatch = ActorTypes<Stone, Vessel>::bind();
  Rank rank;
  Column<std::uint64_t> marks;
  std::uint64_t seed;

  Town(SchedulerId per_rank, TopologyKind topology, std::uint64_t seed_)
      : rank{MPI_COMM_WORLD, dispatch, settings(per_rank, topology)}, seed{seed_} {
    for (const auto& scheduler : rank.schedulers()) {
      marks = scheduler->arena().add_column<std::uint64_t>();
      for (std::uint32_t k = 0; k < each; ++k) {
        const bool stone = k % 2 == 0;
        const auto type = stone ? actor_number<Stone> : actor_number<Vessel>;
        const auto& head = scheduler->spawn(type, {1, 2, static_cast<float>(k)}, [&](void* state) {
          if (stone) {
            Context::construct<Stone>(state, number_of(scheduler->id(), k));
          } else {
            Context::construct<Vessel>(state, std::vector{std::to_string(number_of(scheduler->id(), k))});
          }
        });
        scheduler->arena().column(marks)[head.row] = head.addr.bits();
        scheduler->arena().draws()[head.row] = k;
        scheduler->arena().head(head.row).count = 3 * k;
      }
    }
  }
  static RankSettings settings(SchedulerId per_rank, TopologyKind topology) {
    RankSettings settings;
    settings.schedulers_per_rank = per_rank;
    settings.topology = topology;
    settings.exchange.first_block_bytes = 128;
    return settings;
  }
  static std::uint64_t number_of(SchedulerId home, std::uint32_t k) { return 1000 * home + k; }
  static Addr addr_of(SchedulerId home, std::uint32_t k) { return {home, k, 1}; }

  /// The scheduler of an actor in a round: all know it.
  SchedulerId goal(Addr addr, std::uint64_t round) const {
    return static_cast<SchedulerId>(below(mix(mix(seed, round), addr.bits()), rank.layout().schedulers()));
  }
  std::uint64_t move(std::uint64_t round, const MigrationHooks& hooks = {}) {
    rank.settle();
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers()) {
      auto& mine = targets.emplace_back();
      for (std::uint32_t row = 0; row < scheduler->arena().size(); ++row)
        mine.push_back(goal(scheduler->arena().addr(row), round));
    }
    return migrate(rank, targets, hooks);
  }
  /// Writes `value` to everybody, from outside.
  void write_all(std::uint64_t value) {
    if (rank.world().rank() != 0) return;
    Context outside{*rank.schedulers()[0]};
    for (SchedulerId home = 0; home < rank.layout().schedulers(); ++home)
      for (std::uint32_t k = 0; k < each; ++k) outside.send(addr_of(home, k), Number{value});
  }
  /// *Collective.* Records passed on so far because their receivers were elsewhere.
  std::int64_t forwarded() {
    std::int64_t sum = 0;
    for (const auto& scheduler : rank.schedulers()) sum += static_cast<std::int64_t>(scheduler->counts().forwarded);
    return rank.world().sum(sum);
  }
  void drain_all() {
    struct {
      void on_deliver(Scheduler&, const Envelope&, ActorHead&) {}
      void on_dead_letter(Scheduler&, const Envelope&) { FAIL("nobody has died"); }
    } hooks;
    for (const auto& scheduler : rank.schedulers()) {
      drain(*scheduler, hooks, UINT64_MAX);
      REQUIRE_FALSE(scheduler->failure());
    }
  }
};

}  // namespace circo::test
