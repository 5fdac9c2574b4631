#include <algorithm>
#include <cmath>

#include <circo/defaults.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/embedding.hpp>
#include <circo/space/labelling.hpp>

namespace circo {

namespace {

using kernels::Index;

/// The infoton step: in each sweep the traffic pulls actors and schedulers through the space, and two labellings are
/// refined, the incumbent that actors follow and a challenger that starts at the present geometry, or from the
/// incumbent with annealed noise. After an era of sweeps the challenger becomes the incumbent if it is balanced and
/// cuts less: so actors move only for a measured gain.
class InfotonBalancer final : public Balancer {
 public:
  InfotonBalancer(Rank& rank, const BalancerSettings& settings)
      : rank_{rank},
        settings_{settings},
        embedding_{rank, settings.law, settings.seed},
        random_{mix(settings.seed, stream), 0} {
    for (const auto& scheduler : rank.schedulers()) {
      loads_.push_back(scheduler->arena().add_column<float>());
      labels_.push_back(scheduler->arena().add_column<Labels>());
    }
    const std::size_t schedulers = rank.layout().schedulers();
    incumbent_.surcharges.assign(schedulers, 0);
    challenger_.surcharges.assign(schedulers, 0);
  }

  Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) override {
    // Fewer actors than this have no shape in so many dimensions.
    if (epoch.actors < std::uint64_t{4} * Embedding::dimension) return present_places(rank);
    const Field field{rank, traffic, smoothed_loads()};
    embedding_.begin(field);
    load_labels(field);
    workspace_.fit(field.csr());
    for (int k = 0; k < settings_.sweeps; ++k) sweep(field);
    embedding_.end(field);
    epoch.sweeps = static_cast<std::uint64_t>(settings_.sweeps);
    return store_labels(field, epoch);
  }

  void save(Bytes& out) const override {
    embedding_.save(out);
    append(out, State{random_.counter(), placed_, from_incumbent_, sweep_, era_start_, eras_});
    for (const Labelling* labelling : {&incumbent_, &challenger_})
      append(out, std::as_bytes(std::span{labelling->surcharges}));
  }

  void load(ByteReader& in) override {
    embedding_.load(in);
    const auto state = in.get<State>();
    random_.set_counter(state.draws);
    placed_ = state.placed;
    from_incumbent_ = state.from_incumbent;
    sweep_ = state.sweep;
    era_start_ = state.era_start;
    eras_ = state.eras;
    for (Labelling* labelling : {&incumbent_, &challenger_})
      for (float& surcharge : labelling->surcharges) surcharge = in.get<float>();
  }

 private:
  struct State {
    std::uint64_t draws;
    bool placed, from_incumbent;
    int sweep, era_start, eras;
  };
  /// The labels of an actor, plus 1; 0: the actor is new.
  struct Labels {
    std::uint32_t incumbent, challenger;
  };
  static constexpr std::uint64_t stream = 0x1F070;

  /// Mean over the last epochs, with the same memory as the traffic.
  std::vector<float> smoothed_loads() {
    std::vector<float> all;
    for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
      Arena& arena = rank_.schedulers()[i]->arena();
      const auto loads = arena.column(loads_[i]);
      for (std::uint32_t row = 0; row < arena.size(); ++row) {
        const auto now = static_cast<float>(load_of(arena, row));
        const auto decay = static_cast<float>(defaults::traffic_decay);
        loads[row] = arena.type(row).load_of != nullptr ? now : decay * loads[row] + (1 - decay) * now;
        all.push_back(loads[row]);
      }
    }
    return all;
  }

  void load_labels(const Field& field) {
    std::vector<std::uint32_t> incumbent(field.rows_with_ghosts()), challenger(field.rows_with_ghosts());
    for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
      const auto labels = rank_.schedulers()[i]->arena().column(labels_[i]);
      const SchedulerId here = rank_.schedulers()[i]->id();
      for (std::size_t row = 0; row < labels.size(); ++row) {
        incumbent[field.offsets()[i] + row] = labels[row].incumbent == 0 ? here : labels[row].incumbent - 1;
        challenger[field.offsets()[i] + row] = labels[row].challenger == 0 ? here : labels[row].challenger - 1;
      }
    }
    incumbent_.labels = kernels::to_device(incumbent);
    challenger_.labels = kernels::to_device(challenger);
  }

  void sweep(const Field& field) {
    embedding_.sweep(field);
    if (!placed_) {
      if (sweep_ >= defaults::first_placement_sweep) {
        take_geometry(incumbent_);
        take_geometry(challenger_);
        placed_ = true;
        era_start_ = sweep_;
      }
    } else {
      const double progress =
          static_cast<double>(sweep_ - era_start_) / (defaults::annealed_share * defaults::era_sweeps);
      const double noise = from_incumbent_ ? defaults::annealing_noise * std::max(0.0, 1 - progress) : 0;
      const Refinement both[] = {{&incumbent_, 0, static_cast<float>(defaults::hysteresis)},
                                 {&challenger_, static_cast<float>(noise), 0}};
      refine(rank_, field, both, workspace_, random_);
      if (sweep_ - era_start_ >= defaults::era_sweeps) end_era(field);
    }
    ++sweep_;
  }

  void take_geometry(Labelling& labelling) {
    const Index rows = static_cast<Index>(embedding_.cells().extent(0));
    Kokkos::deep_copy(Kokkos::subview(labelling.labels, std::pair<Index, Index>{0, rows}), embedding_.cells());
    std::ranges::fill(labelling.surcharges, 0.0F);
  }

  void end_era(const Field& field) {
    match(rank_, field, challenger_, incumbent_);
    Labelling* const both[] = {&incumbent_, &challenger_};
    measure(rank_, field, both);
    const double asked = from_incumbent_ ? defaults::adopt_annealed : defaults::adopt;
    const bool sound =
        challenger_.imbalance <= defaults::balanced || challenger_.imbalance < 0.99 * incumbent_.imbalance;
    const bool better = challenger_.cut < asked * incumbent_.cut ||
                        incumbent_.imbalance > std::max(defaults::balanced, 1.01 * challenger_.imbalance);
    if (sound && better) copy(challenger_, incumbent_);
    ++eras_;
    from_incumbent_ = eras_ > 3 && eras_ % 2 == 1;
    if (from_incumbent_) {
      copy(incumbent_, challenger_);
    } else {
      take_geometry(challenger_);
    }
    era_start_ = sweep_;
  }

  static void copy(const Labelling& from, Labelling& to) {
    Kokkos::deep_copy(to.labels, from.labels);
    to.surcharges = from.surcharges;
  }

  /// Keeps the labels with the actors, and says where actors belong: at most the budget moves, drawn at random.
  Targets store_labels(const Field& field, const Epoch& epoch) {
    Targets targets = present_places(rank_);
    const auto incumbent = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), incumbent_.labels);
    const auto challenger = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), challenger_.labels);
    if (!placed_) return targets;
    std::int64_t moves = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto labels = rank_.schedulers()[i]->arena().column(labels_[i]);
      for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::size_t at = field.offsets()[i] + row;
        labels[row] = {incumbent(at) + 1, challenger(at) + 1};
        moves += incumbent(at) != targets[i][row];
      }
    }
    moves = rank_.world().sum(moves);
    const double allowed =
        settings_.budget * static_cast<double>(epoch.actors) / static_cast<double>(std::max<std::int64_t>(moves, 1));
    const std::uint64_t key = random_();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const Arena& arena = rank_.schedulers()[i]->arena();
      for (std::uint32_t row = 0; row < targets[i].size(); ++row)
        if (allowed >= 1 || unit_interval(mix(key, arena.addr(row).bits())) < allowed)
          targets[i][row] = incumbent(field.offsets()[i] + row);
    }
    return targets;
  }

  Rank& rank_;
  BalancerSettings settings_;
  Embedding embedding_;
  Random random_;  // the same on every rank
  std::vector<Column<float>> loads_;
  std::vector<Column<Labels>> labels_;
  Labelling incumbent_, challenger_;
  kernels::GainsWorkspace workspace_;
  bool placed_ = false;          // there is an incumbent
  bool from_incumbent_ = false;  // the challenger started at the incumbent, not at the geometry
  int sweep_ = 0, era_start_ = 0, eras_ = 0;
};

}  // namespace

std::unique_ptr<Balancer> make_infoton_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<InfotonBalancer>(rank, settings);
}

}  // namespace circo
