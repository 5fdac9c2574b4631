#include <algorithm>
#include <cmath>

#include <circo/defaults.hpp>
#include <circo/space/balancer.hpp>
#include <circo/space/embedding.hpp>
#include <circo/space/eras.hpp>
#include <circo/space/labelling.hpp>
#include <circo/space/loads.hpp>
#include <circo/space/meetings.hpp>
#include <circo/space/melting.hpp>
#include <circo/space/neighbors.hpp>
#include <circo/space/pace.hpp>
#include <circo/space/trade.hpp>

namespace circo {

namespace {

using kernels::Index;

/// The infoton step: in each sweep the traffic pulls actors and schedulers through the space, and two labellings are
/// refined, the incumbent that actors follow and a challenger (eras.hpp). Once the space has unfolded, neighbors trade
/// actors of the incumbent as well (trade.hpp). After an era the challenger becomes the incumbent if it is balanced and
/// cuts less by more than its moves are worth: so actors move only for a measured gain. When no challenger has won for
/// long, the step rests until load or traffic change (pace.hpp).
class InfotonBalancer final : public Balancer {
 public:
  InfotonBalancer(Rank& rank, const BalancerSettings& settings)
      : rank_{rank},
        settings_{settings},
        embedding_{rank, settings.law, settings.seed},
        melting_{rank},
        random_{mix(settings.seed, stream), 0},
        loads_{rank},
        levels_{rank, settings.level_weights},
        meetings_{rank.layout().schedulers()} {
    for (const auto& scheduler : rank.schedulers()) labels_.push_back(scheduler->arena().add_column<Labels>());
    const std::size_t schedulers = rank.layout().schedulers();
    incumbent_.surcharges.assign(schedulers, 0);
    challenger_.surcharges.assign(schedulers, 0);
  }

  Targets balance(Rank& rank, const Traffic& traffic, Epoch& epoch) override {
    // Fewer actors than this have no shape in so many dimensions.
    if (epoch.actors < std::uint64_t{4} * Embedding::dimension) return present_places(rank);
    if (!std::exchange(loads_known_, false)) loads_.update(rank);
    const Field field{rank, traffic, loads_};
    embedding_.begin(field);
    load_labels(field, trade_places(traffic, epoch));
    melting_.begin(field);
    for (int k = 0; k < settings_.sweeps; ++k) {
      embedding_.sweep(field);
      if (state_.judging && k == 0) end_era(field);
      sweep_labels(field);
    }
    embedding_.end(field);
    melting_.end(field);
    epoch.sweeps = static_cast<std::uint64_t>(settings_.sweeps);
    return store_labels(field, epoch);
  }

  bool positions_partners() const override { return true; }

  Activity activity(const Epoch& epoch) override {
    if (!state_.pace.pausing()) return Activity::step;
    loads_.update(rank_);
    const Activity activity = state_.pace.next(condition(epoch), messages_an_actor(epoch));
    loads_known_ = activity == Activity::step;
    if (!state_.pace.pausing()) {
      state_.eras.restart();
      meetings_ = Meetings{rank_.layout().schedulers()};
    }
    return activity;
  }
  std::uint64_t epochs_ahead() const override { return state_.pace.epochs_to_step(); }

  void save(Bytes& out) const override {
    embedding_.save(out);
    melting_.save(out);
    meetings_.save(out);
    append(out, random_.counter());
    append(out, state_);
    for (const Labelling* labelling : {&incumbent_, &challenger_})
      append(out, std::as_bytes(std::span{labelling->surcharges}));
  }

  void load(ByteReader& in) override {
    embedding_.load(in);
    melting_.load(in);
    meetings_.load(in);
    random_.set_counter(in.get<std::uint64_t>());
    state_ = in.get<State>();
    for (Labelling* labelling : {&incumbent_, &challenger_})
      for (float& surcharge : labelling->surcharges) surcharge = in.get<float>();
  }

 private:
  /// The same on every rank.
  struct State {
    Eras eras;
    Pace pace;
    float sharpness = static_cast<float>(defaults::warmest);  // of the next labels that melt
    int sweep = 0, era_sweep = 0;
    bool placed = false;   // there is an incumbent
    bool melts = false;    // the challenger of this era is molten first
    bool judging = false;  // the era is over
  };
  /// The labels of an actor, plus 1; 0: the actor is new.
  struct Labels {
    std::uint32_t incumbent, challenger;
  };
  static constexpr std::uint64_t stream = 0x1F070;

  /// *Collective.* Where actors are to be after schedulers have met two by two: what no single move gains, a trade may.
  /// It knows no levels of the machine.
  Targets trade_places(const Traffic& traffic, const Epoch& epoch) {
    Targets targets = present_places(rank_);
    if (state_.eras.unfolded() && !levels_.matter())
      trade(rank_, traffic, loads_, meetings_.arrange(neighbor_links(rank_, traffic), epoch.number), targets);
    return targets;
  }

  void load_labels(const Field& field, const Targets& traded) {
    std::vector<std::uint32_t> incumbent(field.rows_with_ghosts()), challenger(field.rows_with_ghosts());
    for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
      const auto labels = rank_.schedulers()[i]->arena().column(labels_[i]);
      const SchedulerId here = rank_.schedulers()[i]->id();
      for (std::size_t row = 0; row < labels.size(); ++row) {
        incumbent[field.offsets()[i] + row] = labels[row].incumbent == 0 ? here : labels[row].incumbent - 1;
        if (traded[i][row] != here) incumbent[field.offsets()[i] + row] = traded[i][row];
        challenger[field.offsets()[i] + row] = labels[row].challenger == 0 ? here : labels[row].challenger - 1;
      }
    }
    incumbent_.labels = kernels::to_device(incumbent);
    challenger_.labels = kernels::to_device(challenger);
  }

  void sweep_labels(const Field& field) {
    if (state_.placed) {
      refine_labels(field);
    } else if (state_.sweep >= defaults::first_placement_sweep) {
      take_geometry(incumbent_);
      state_.placed = true;
      start_era();
    }
    ++state_.sweep;
  }

  void start_era() {
    state_.era_sweep = 0;
    state_.judging = false;
    state_.melts = state_.eras.present() == Origin::melted;
    if (state_.eras.present() == Origin::geometry) {
      take_geometry(challenger_);
    } else {
      copy(incumbent_, challenger_);
    }
    if (state_.melts) melting_.melt(challenger_, state_.sharpness);
  }
  /// Gives a geometry that has nearly won a second chance.
  void melt_challenger() {
    state_.era_sweep = 0;
    state_.judging = false;
    state_.melts = true;
    melting_.melt(challenger_, static_cast<float>(defaults::warmest));
  }

  void refine_labels(const Field& field) {
    if (melting_.molten()) {
      melting_.sweep(field, workspace_);
      if (melting_.cold()) melting_.freeze(challenger_);
    }
    const auto quantum = static_cast<float>(rank_.schedulers().front()->settings().infoton_every);
    const Refinement both[] = {{&incumbent_, 0, static_cast<float>(defaults::hysteresis), std::max(quantum, 1.0F)},
                               {&challenger_, noise(), 0, 0}};
    refine(rank_, field, std::span{both}.first(melting_.molten() || state_.judging ? 1 : 2), workspace_, random_);
    if (++state_.era_sweep >= era_sweeps())
      state_.judging = true;  // by the traffic of the next epoch, which nothing was fitted to
  }

  int era_sweeps() const {
    return state_.melts ? defaults::molten_sweeps + defaults::frozen_sweeps : defaults::era_sweeps;
  }
  /// Of the challenger's gains: what lets it leave a local optimum fades in the course of the era.
  float noise() const {
    if (state_.eras.present() == Origin::geometry && !state_.melts) return 0;
    const int start = state_.melts ? defaults::molten_sweeps : 0;
    const double progress = (state_.era_sweep - start) / (defaults::annealed_share * (era_sweeps() - start));
    const double most = state_.melts ? defaults::frozen_noise : defaults::annealing_noise;
    return static_cast<float>(most * std::clamp(1 - progress, 0.0, 1.0));
  }

  void take_geometry(Labelling& labelling) {
    const Index rows = static_cast<Index>(embedding_.cells().extent(0));
    Kokkos::deep_copy(Kokkos::subview(labelling.labels, std::pair<Index, Index>{0, rows}), embedding_.cells());
    std::ranges::fill(labelling.surcharges, 0.0F);
  }

  void end_era(const Field& field) {
    match(rank_, field, levels_, challenger_, incumbent_);
    Labelling* const both[] = {&incumbent_, &challenger_};
    measure(rank_, field, levels_, both);
    const double moved = differing_share(rank_, field, challenger_, incumbent_);
    const double asked = 1 - state_.eras.least_gain() - defaults::gain_per_move * moved;
    const bool sound =
        challenger_.imbalance <= defaults::balanced || challenger_.imbalance < 0.99 * incumbent_.imbalance;
    const bool cuts_less = challenger_.cut < asked * incumbent_.cut;
    const bool better = cuts_less || incumbent_.imbalance > std::max(defaults::balanced, 1.01 * challenger_.imbalance);
    const bool adopted = sound && better;
    if (!adopted && !state_.melts && state_.eras.present() == Origin::geometry &&
        challenger_.cut < defaults::nearly * incumbent_.cut)
      return melt_challenger();
    if (adopted) {
      copy(challenger_, incumbent_);
    } else if (state_.eras.present() == Origin::melted) {
      state_.sharpness = static_cast<float>(defaults::warmest *
                                            std::pow(defaults::coldest / defaults::warmest, unit_interval(random_())));
    }
    const Labelling& kept = adopted ? challenger_ : incumbent_;
    state_.eras.end(sound && cuts_less,  // loads may vary for ever
                    kept.cut + std::max(0.0, kept.imbalance - defaults::balanced));
    start_era();
  }

  static void copy(const Labelling& from, Labelling& to) {
    Kokkos::deep_copy(to.labels, from.labels);
    to.surcharges = from.surcharges;
  }

  /// Keeps the labels with the actors, and says where actors belong, as far as the budget goes.
  Targets store_labels(const Field& field, const Epoch& epoch) {
    Targets targets = present_places(rank_);
    const auto incumbent = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), incumbent_.labels);
    const auto challenger = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), challenger_.labels);
    if (!state_.placed) return targets;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto labels = rank_.schedulers()[i]->arena().column(labels_[i]);
      for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::size_t at = field.offsets()[i] + row;
        labels[row] = {incumbent(at) + 1, challenger(at) + 1};
        targets[i][row] = incumbent(at);
      }
    }
    const std::uint64_t wanted = limit_moves(rank_, targets, settings_, epoch);
    meetings_.note_changes(rank_, targets, epoch.number);
    state_.pace.plan(settings_.epochs_per_step == 0 ? state_.eras.end_step(settings_.sweeps) : 0,
                     wanted == 0 && (state_.eras.exhausted() || alone()), wanted > 0, condition(epoch),
                     messages_an_actor(epoch));
    return targets;
  }

  /// On one scheduler there is nothing to place: the space unfolds, then all rests.
  bool alone() const { return rank_.layout().schedulers() == 1 && state_.eras.unfolded(); }

  static double messages_an_actor(const Epoch& epoch) {
    return static_cast<double>(epoch.messages) / static_cast<double>(std::max<std::uint64_t>(epoch.actors, 1));
  }

  Condition condition(const Epoch& epoch) const {
    return {std::ranges::max(loads_.of_schedulers()), epoch.remote_share, epoch.actors};
  }

  Rank& rank_;
  BalancerSettings settings_;
  Embedding embedding_;
  Melting melting_;
  Random random_;  // the same on every rank
  Loads loads_;
  bool loads_known_ = false;  // of the epoch that closes
  Levels levels_;
  Meetings meetings_;
  std::vector<Column<Labels>> labels_;
  Labelling incumbent_, challenger_;
  kernels::TrafficWorkspace workspace_;
  State state_;
};

}  // namespace

std::unique_ptr<Balancer> make_infoton_balancer(Rank& rank, const BalancerSettings& settings) {
  return std::make_unique<InfotonBalancer>(rank, settings);
}

}  // namespace circo
