#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include <circo/defaults.hpp>
#include <circo/space/gathered_traffic.hpp>
#include <circo/space/overlap.hpp>

namespace circo {

namespace {

/// The reference: brings all traffic to rank 0, divides it with a program that sees it whole, and sends actors where
/// that says, if it is clearly better than what there is by traffic that it has not seen: by what it was fitted to,
/// noise would always make it look better. While there is no other, balance alone counts. It looks again when cut or
/// balance have become worse, else less and less often. The cut counts by the machine's levels.
class PartitionBalancer final : public Balancer {
 public:
  PartitionBalancer(Rank& rank, const BalancerSettings& settings, std::string_view partitioner)
      : settings_{settings},
        partitioner_{*std::ranges::find(partitioners(), partitioner, &Partitioner::name)},
        loads_{rank},
        levels_{rank, settings.level_weights} {
    require(partitioner_);
    for (const auto& scheduler : rank.schedulers()) plans_.push_back(scheduler->arena().add_column<std::uint32_t>());
  }

  Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) override {
    loads_.update(rank);
    if (unsettled_ == 0 && rank.layout().schedulers() > 1) {
      const double cost = cost_of(cut_of(rank, traffic), std::ranges::max(loads_.of_schedulers()));
      if (epoch.number >= next_ || better(least_, cost)) {
        const bool found = divide(rank, traffic);
        if (found) patience_ = 1;
        next_ = epoch.number + patience_;
        patience_ = std::min(2 * patience_, defaults::repartition_epochs);
        least_ = found ? std::numeric_limits<double>::infinity() : cost;
      } else {
        least_ = std::min(least_, cost);
      }
    }
    Targets targets = present_places(rank);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto plan = rank.schedulers()[i]->arena().column(plans_[i]);
      for (std::size_t row = 0; row < plan.size(); ++row)
        if (plan[row] != 0) targets[i][row] = plan[row] - 1;
    }
    const auto allowed = static_cast<std::uint64_t>(settings_.budget * static_cast<double>(epoch.actors));
    const std::uint64_t wanted = limit_moves(rank, targets, settings_, epoch);
    unsettled_ = wanted - std::min(wanted, allowed);
    return targets;
  }

  void save(Bytes& out) const override {
    append(out, unsettled_);
    append(out, least_);
    append(out, next_);
    append(out, patience_);
  }

  void load(ByteReader& in) override {
    unsettled_ = in.get<std::uint64_t>();
    least_ = in.get<double>();
    next_ = in.get<std::uint64_t>();
    patience_ = in.get<std::uint64_t>();
  }

 private:
  static double cost_of(double cut, double imbalance) {
    return cut + std::max(0.0, imbalance - defaults::tolerated_imbalance);
  }
  static bool better(double cost, double than) {
    return cost < std::min(defaults::repartition_gain * than, than - defaults::repartition_least);
  }

  /// *Collective.* What the traffic between schedulers costs, in units of all traffic; the same on every rank.
  double cut_of(const Rank& rank, const Traffic& traffic) const {
    struct Sum {
      double cut, all;
    };
    std::vector<Sum> mine(rank.schedulers().size(), Sum{0, 0});
    for (std::size_t i = 0; i < mine.size(); ++i)
      for (const TrafficEdge& edge : traffic.edges(i)) {
        if (edge.weight <= 0) continue;
        mine[i].all += edge.weight;
        mine[i].cut += edge.weight * levels_.cost(rank.schedulers()[i]->id(), edge.place);
      }
    const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
    Sum total{0, 0};
    for (ByteReader in{bytes}; !in.empty();) {
      const auto sum = in.get<Sum>();
      total = {total.cut + sum.cut, total.all + sum.all};
    }
    return total.all > 0 ? total.cut / total.all : 0;
  }

  /// *Collective.* Plans a new division if there is a better one, and returns whether there is.
  bool divide(Rank& rank, const Traffic& traffic) {
    const std::vector<SchedulerId> to_first(levels_.schedulers(), 0);
    const auto gathered = gather_traffic(rank, traffic, loads_, to_first);
    std::optional<std::string> failure;
    std::vector<Partition> best;
    try {
      for (const GatheredTraffic& all : gathered)
        best.push_back(find_better(all, rank.schedulers().front()->settings().infoton_every));
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
    rank.world().agree(failure);
    if (rank.world().sum(std::int64_t{!best.empty() && !best.front().empty()}) == 0) return false;
    const auto plan = scatter(rank, gathered, best);
    for (std::size_t i = 0; i < plan.size(); ++i)
      std::ranges::transform(plan[i], rank.schedulers()[i]->arena().column(plans_[i]).begin(),
                             [](std::uint32_t scheduler) { return scheduler + 1; });
    return true;
  }

  /// The best division that is better than the present one by more than chance. Empty if there is none.
  Partition find_better(const GatheredTraffic& gathered, std::uint32_t infoton_every) const {
    const Judgement present = judge(gathered, gathered.places);
    const std::vector<double>& weights = gathered.fresh.weights;
    const double messages = std::max(std::accumulate(weights.begin(), weights.end(), 0.0) / 2, 1.0);
    // Of messages that come by chance, one in k carries an infoton that counts for k: variance k a message.
    const double variance = std::max(infoton_every, 1u) / messages;
    double least = present.cost;
    Partition best;
    for (int k = 0; k < settings_.partition_tries; ++k) {
      const PartitionTask task{.parts = levels_.schedulers(), .seed = settings_.seed + static_cast<std::uint64_t>(k)};
      Partition next = partition(partitioner_, gathered.known, task);
      name_parts(gathered, next);
      const Judgement judged = judge(gathered, next);
      // By chance a cut may look lower than it is, but none is more than all traffic; balance is certain.
      const double chance =
          std::min(2 * std::sqrt(variance * (present.cut + judged.cut)), std::max(1 - judged.cut, 0.0));
      if (judged.cost >= least || !better(judged.cost + chance, present.cost)) continue;
      least = judged.cost;
      best = std::move(next);
    }
    return best;
  }

  struct Judgement {
    double cut, cost;
  };
  /// What a division costs, by traffic that it was not fitted to.
  Judgement judge(const GatheredTraffic& gathered, const Partition& division) const {
    const Graph& graph = gathered.fresh;
    double cut = 0, all = 0;
    graph.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
      all += weight;
      cut += weight * levels_.cost(division[u], division[v]);
    });
    const double share = all > 0 ? cut / all : 0;
    return {share, cost_of(share, quality_of(graph, division, levels_.schedulers()).imbalance)};
  }

  /// Names parts so that few actors move, and those that talk most are near each other.
  void name_parts(const GatheredTraffic& gathered, Partition& division) const {
    std::vector<Overlap> overlaps;
    overlaps.reserve(division.size());
    for (Graph::Vertex v = 0; v < division.size(); ++v) overlaps.push_back({division[v], gathered.places[v], 1});
    auto names = names_by_overlap(std::move(overlaps), levels_.schedulers());
    if (levels_.matter()) {
      std::map<std::pair<std::uint32_t, std::uint32_t>, double> between;
      gathered.known.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double weight) {
        if (division[u] < division[v]) between[{division[u], division[v]}] += 2 * weight;
      });
      std::vector<PartTraffic> traffic;
      traffic.reserve(between.size());
      for (const auto& [pair, weight] : between) traffic.push_back({pair.first, pair.second, weight});
      arrange(traffic, levels_, names);
    }
    for (auto& part : division) part = names[part];
  }

  BalancerSettings settings_;
  const Partitioner& partitioner_;
  Loads loads_;
  Levels levels_;
  std::vector<Column<std::uint32_t>> plans_;  // the scheduler that an actor is to go to, plus 1; 0: the actor is new
  std::uint64_t unsettled_ = 0;               // actors that the budget has not let go yet
  double least_ = 0;                          // cost of the present plan at best, or when it was last defended
  std::uint64_t next_ = 0;                    // epoch of the next look
  std::uint64_t patience_ = 1;                // epochs to wait when the next look finds nothing
};

}  // namespace

std::unique_ptr<Balancer> make_metis_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<PartitionBalancer>(rank, settings, "metis");
}

std::unique_ptr<Balancer> make_scotch_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<PartitionBalancer>(rank, settings, "scotch");
}

}  // namespace circo
