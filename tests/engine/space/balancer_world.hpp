#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <circo/graph/partition.hpp>
#include <circo/scheduler/context.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/migration.hpp>

namespace circo::test {

struct Nothing {};

/// An actor that only weighs.
struct Weight {
  using Receives = Messages<Nothing>;
  double weight = 1;
  double load() const { return weight; }
  void on(const Nothing&, Context&) {}
};

struct Tie {
  std::size_t a, b;
  float energy = 1;
};

/// The balancers that partition the gathered graph, of those that are built in.
inline std::vector<std::string_view> partitioners_here() {
  std::vector<std::string_view> names;
  for (const Partitioner& partitioner : partitioners())
    if (partitioner.lacks.empty()) names.push_back(partitioner.name);
  return names;
}

inline std::size_t ranks() {
  int size = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return static_cast<std::size_t>(size);
}

/// width x height actors; number y * width + x.
inline std::vector<Tie> grid(std::size_t width, std::size_t height) {
  std::vector<Tie> ties;
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      if (x + 1 < width) ties.push_back({y * width + x, y * width + x + 1});
      if (y + 1 < height) ties.push_back({y * width + x, (y + 1) * width + x});
    }
  return ties;
}

/// Places drawn at random.
inline auto anywhere(std::size_t schedulers, std::uint64_t seed) {
  return [=](std::size_t k) { return static_cast<SchedulerId>(below(mix(seed, k), schedulers)); };
}

/// Actors with given loads and traffic, and a balancer over them. Everybody knows everything, so that answers can be
/// checked against sums over plain vectors.
struct BalancerWorld {
  std::vector<double> loads;
  std::vector<Tie> ties;
  std::function<SchedulerId(std::size_t)> start;  ///< where an actor is made
  std::string_view balancer;
  BalancerSettings settings{};
  std::size_t traffic_limit = 0;
  std::uint32_t infoton_every = 1;  ///< one message in this many, by chance, carries energy, for all of them
};

class RunningWorld {
 public:
  RunningWorld(MPI_Comm comm, SchedulerId per_rank, BalancerWorld world)
      : world_{std::move(world)},
        rank_{comm, dispatch_, rank_settings(per_rank, world_.infoton_every)},
        traffic_{rank_, world_.traffic_limit},
        balancer_{balancer_named(world_.balancer).make(rank_, world_.settings)} {
    std::vector<std::uint32_t> next(schedulers(), 0);
    for (std::size_t k = 0; k < world_.loads.size(); ++k) {
      const SchedulerId home = world_.start(k);
      actors_.emplace_back(home, next[home]++, 1);
      if (!rank_.layout().is_here(home)) continue;
      const auto& head = rank_.scheduler(home).spawn(
          actor_number<Weight>, {}, [&](void* state) { Context::construct<Weight>(state, world_.loads[k]); });
      REQUIRE(head.addr == actors_[k]);
    }
  }

  SchedulerId schedulers() const { return rank_.layout().schedulers(); }
  Rank& rank() { return rank_; }

  /// *Collective.* An epoch: every tie carries a message each way, and `messages` is what its actors are said to have
  /// got. Returns how many have moved.
  std::int64_t step(std::uint64_t messages = 0) {
    const auto before = places();
    for (const Tie& tie : world_.ties) {
      deposit(before, tie.a, tie.b, tie.energy);
      deposit(before, tie.b, tie.a, tie.energy);
    }
    Epoch epoch;
    epoch.number = ++epochs_;
    epoch.actors = actors_.size();
    epoch.messages = messages;
    epoch.remote_share = 1;  // all may be won, so that pauses are as short as they can be
    activity_ = balancer_->activity(epoch);
    if (activity_ != Activity::step) return 0;
    traffic_.close_epoch(rank_);
    const Targets targets = balancer_->balance(rank_, traffic_, epoch);
    REQUIRE(targets.size() == rank_.schedulers().size());
    const MigrationHooks hooks{&traffic_,
                               [](void* traffic, Scheduler& from, std::uint32_t row, Bytes& out) {
                                 static_cast<Traffic*>(traffic)->save(from, from.arena().addr(row), out);
                               },
                               [](void* traffic, Scheduler& to, std::uint32_t row, ByteReader& in) {
                                 static_cast<Traffic*>(traffic)->load(to, to.arena().addr(row), in);
                               }};
    migrate(rank_, targets, hooks);
    traffic_.tidy(rank_);
    const auto after = places();
    std::int64_t moved = 0;
    for (std::size_t k = 0; k < after.size(); ++k) moved += after[k] != before[k];
    return moved;
  }
  /// What was done with placement at the end of the last epoch.
  Activity activity() const { return activity_; }
  /// *Collective.* Until nothing has moved for as long as all pairs of schedulers need to have their turn, or `most`
  /// epochs have passed. Returns all moves.
  std::int64_t settle(int most = 200) {
    const int enough = 2 * static_cast<int>(schedulers());
    std::int64_t moves = 0;
    for (int quiet = 0, k = 0; k < most && quiet < enough; ++k) {
      const auto moved = step();
      moves += moved;
      quiet = moved == 0 ? quiet + 1 : 0;
    }
    return moves;
  }

  /// *Collective.* The scheduler of each actor. Every actor must be at exactly one.
  std::vector<std::int64_t> places() {
    std::vector<std::int64_t> sum(2 * actors_.size(), 0);
    for (const auto& scheduler : rank_.schedulers())
      for (std::size_t k = 0; k < actors_.size(); ++k)
        if (scheduler->directory().find(actors_[k]).is_here()) {
          sum[2 * k] += scheduler->id();
          ++sum[2 * k + 1];
        }
    rank_.world().sum(sum);
    std::vector<std::int64_t> place(actors_.size());
    for (std::size_t k = 0; k < actors_.size(); ++k) {
      REQUIRE(sum[2 * k + 1] == 1);
      place[k] = sum[2 * k];
    }
    return place;
  }
  /// Calls `use(actor, partner, const TrafficEdge&)` for each edge end of this rank.
  template <class Use>
  void for_each_edge(Use&& use) const {
    auto number = [&](Addr addr) {
      return static_cast<std::size_t>(std::ranges::find(actors_, addr) - actors_.begin());
    };
    for (std::size_t i = 0; i < rank_.schedulers().size(); ++i)
      for (const TrafficEdge& edge : traffic_.edges(i)) use(number(edge.self), number(edge.partner), edge);
  }
  /// *Collective.* How many ends of each tie know of it.
  std::vector<std::int64_t> ends_held() {
    std::vector<std::int64_t> held;
    for (const Tie& tie : world_.ties) {
      const auto edges = [&](std::size_t a, std::size_t b) {
        std::int64_t n = 0;
        for (std::size_t i = 0; i < rank_.schedulers().size(); ++i)
          n += std::ranges::count_if(traffic_.edges(i), [&](const TrafficEdge& edge) {
            return edge.self == actors_[a] && edge.partner == actors_[b];
          });
        return n;
      };
      held.push_back(edges(tie.a, tie.b) + edges(tie.b, tie.a));
    }
    rank_.world().sum(held);
    return held;
  }
  /// *Collective.* Edges that the limit has cost in the last epoch.
  std::int64_t dropped() { return rank_.world().sum(static_cast<std::int64_t>(traffic_.dropped())); }
  /// *Collective.* Largest / mean load.
  double imbalance() {
    std::vector<double> load(schedulers(), 0);
    const auto place = places();
    double all = 0;
    for (std::size_t k = 0; k < place.size(); ++k) {
      load[static_cast<std::size_t>(place[k])] += world_.loads[k];
      all += world_.loads[k];
    }
    double most = 0;
    for (const double each : load) most = std::max(most, each);
    return all > 0 ? most * schedulers() / all : 1;
  }
  /// *Collective.* Energy between schedulers.
  double cut() {
    const auto place = places();
    double sum = 0;
    for (const Tie& tie : world_.ties)
      if (place[tie.a] != place[tie.b]) sum += static_cast<double>(tie.energy);
    return sum;
  }
  void set_load(std::size_t actor, double load) {
    world_.loads[actor] = load;
    for (const auto& scheduler : rank_.schedulers()) {
      const Place place = scheduler->directory().find(actors_[actor]);
      if (place.is_here()) static_cast<Weight*>(scheduler->arena().head(place).state())->weight = load;
    }
  }

 private:
  static RankSettings rank_settings(SchedulerId per_rank, std::uint32_t infoton_every) {
    RankSettings settings;
    settings.schedulers_per_rank = per_rank;
    settings.infoton_every = infoton_every;
    return settings;
  }
  void deposit(const std::vector<std::int64_t>& places, std::size_t to, std::size_t from, float energy) {
    const auto place = static_cast<SchedulerId>(places[to]);
    if (!rank_.layout().is_here(place)) return;
    if (below(mix(mix(epochs_, to), from), world_.infoton_every) != 0) return;
    energy *= static_cast<float>(world_.infoton_every);
    struct {
      Envelope envelope;
      Infoton infoton;
    } record{{actors_[to], actors_[from], sizeof record, 0, Envelope::has_infoton}, {{}, energy}};
    traffic_.deposit(rank_.scheduler(place), record.envelope);
  }

  BalancerWorld world_;
  Dispatch dispatch_ = ActorTypes<Weight>::bind();
  Rank rank_;
  Traffic traffic_;
  std::unique_ptr<Balancer> balancer_;
  std::vector<Addr> actors_;
  std::uint64_t epochs_ = 0;
  Activity activity_ = Activity::step;
};

}  // namespace circo::test
