#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <circo/run/epoch.hpp>
#include <circo/space/law.hpp>
#include <circo/space/levels.hpp>
#include <circo/space/traffic.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// The scheduler that each actor of this rank belongs to, by local scheduler and row.
using Targets = std::vector<std::vector<SchedulerId>>;

struct BalancerSettings {
  Law law;
  int sweeps = 1;                     ///< of the infoton step, a call
  std::uint64_t epochs_per_step = 0;  ///< from one call to the next; 0: as the balancer sees fit
  double budget = 1;                  ///< share of the actors that may move in a call
  int partition_tries = 1;            ///< seeds that `metis` and `scotch` try, to take the best
  LevelWeights level_weights{1, 1, 1};
  std::uint64_t seed = 0;
};

/// What is done with placement at the end of an epoch.
enum class Activity {
  step,    ///< traffic is brought up to date, `balance` is called
  gather,  ///< traffic gathers on for a later step
  rest,    ///< nothing, and no message carries an infoton, until something changes
};

/// Decides which scheduler an actor belongs to.
class Balancer {
 public:
  virtual ~Balancer() = default;
  /// *Collective.* Called at the end of an epoch, when all mail is settled and `traffic` is up to date.
  virtual Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) = 0;
  /// What a checkpoint keeps of it besides its columns: the same on every rank. Local.
  virtual void save(Bytes&) const {}
  virtual void load(ByteReader&) {}
  /// *Collective.* Looks at an epoch that closes. The same on every rank.
  virtual Activity activity(const Epoch&) { return Activity::step; }
  /// Whether it gives actors positions near their partners.
  virtual bool positions_partners() const { return false; }
  /// Epochs from now to the next step, if nothing changes.
  virtual std::uint64_t epochs_ahead() const { return 1; }
};

struct BalancerKind {
  std::string_view name;
  std::string_view describe;
  bool needs_traffic;
  /// *Collective.* Before the first actor is made.
  std::unique_ptr<Balancer> (*make)(Rank& rank, const BalancerSettings& settings);
};

/// All balancers; a new one is a file and an entry in balancer.cpp.
std::span<const BalancerKind> balancers();
const BalancerKind& balancer_named(std::string_view name);

/// Every actor where it is.
Targets present_places(const Rank& rank);

/// *Collective.* Leaves actors where they are, drawn at random, so that at most the budget moves. Returns how many
/// were to move, over all ranks.
std::uint64_t limit_moves(const Rank& rank, Targets& targets, const BalancerSettings& settings, const Epoch& epoch);

// The entries, each in a file of its own.
std::unique_ptr<Balancer> make_diffusion_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_greedy_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_infoton_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_metis_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_nearest_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_random_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_round_robin_balancer(Rank& rank, const BalancerSettings& settings);
std::unique_ptr<Balancer> make_scotch_balancer(Rank& rank, const BalancerSettings& settings);

}  // namespace circo
