#pragma once

#include <numeric>
#include <tuple>

#include "kernels/support.hpp"
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/grants.hpp>
#include <circo/kernels/heavy_ball.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/nearest_site.hpp>
#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/prices.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/rotate.hpp>
#include <circo/kernels/sites.hpp>
#include <circo/kernels/totals.hpp>

namespace circo::kernels::testing {

/// The whole infoton step in one process, with emulated schedulers and actors of equal load: the shortest program that
/// composes the kernels.
class Recipe {
 public:
  Recipe(const Graph& graph, std::uint32_t n_schedulers, unsigned seed)
      : random_(seed),
        n_(graph.n()),
        n_schedulers_(n_schedulers),
        csr_(graph.on_device()),
        chunks_(std::vector<Index>{0, n_}),
        degrees_("degrees", n_),
        masses_("masses", n_),
        price_weights_("price_weights", n_),
        loads_(to_device(std::vector<float>(n_, static_cast<float>(n_schedulers) / static_cast<float>(n_)))),
        x_(to_device_rows(normal_values(n_ * dimension, seed), dimension)),
        v_("v", n_, dimension),
        f_("f", n_, dimension),
        owners_("owners", n_) {
    std::vector<std::uint64_t> ids(n_);
    std::iota(ids.begin(), ids.end(), 0u);
    ids_ = to_device(ids);
    degrees(csr_, degrees_);
    const float unit = max_of(degrees_);
    traffic_ = from_fixed(total_of("degrees", chunks_, degrees_, unit), total_scale) * unit;
    masses(degrees_, traffic_, masses_);
    price_weights(loads_, degrees_, traffic_ / n_schedulers, price_weights_);
    orthonormalise_actors();
    sites_ = {.dimension = dimension,
              .positions = std::vector<float>(n_schedulers * dimension),
              .influences = std::vector<float>(n_schedulers, 1)};
    place_all_sites();
  }

  void sweep() {
    move_actors();
    // The geometry has unfolded: sites that start at its actors now are spread as they are.
    if (sweep_ == 3) place_all_sites();
    move_schedulers();
    if (placed()) {
      refine(incumbent_, 0);
      const float progress = static_cast<float>(sweep_ - era_start_) / (0.7f * era_length);
      refine(challenger_, from_incumbent_ ? 0.4f * std::max(0.0f, 1 - progress) : 0);
      if (sweep_ - era_start_ >= era_length) end_era();
    } else if (sweep_ >= first_placement) {
      incumbent_ = challenger_ = geometry();
      era_start_ = sweep_;
    }
    ++sweep_;
  }

  /// Whether there is an incumbent labelling, which actors would follow.
  bool placed() const { return !incumbent_.labels.empty(); }
  const std::vector<std::uint32_t>& placement() const { return incumbent_.labels; }
  double cut() const { return cut_of(incumbent_); }
  double imbalance() const { return imbalance_of(incumbent_); }
  /// Of the cells, before any refinement.
  double cell_imbalance() const { return imbalance_of(geometry()); }

 private:
  static constexpr int dimension = 8;
  static constexpr int first_placement = 10;  // sweeps
  static constexpr int era_length = 20;
  static constexpr double cap = 1.04;
  static constexpr double balanced = 1.05;

  /// Which scheduler each actor belongs to, and what each scheduler charges for its overload.
  struct Labelling {
    std::vector<std::uint32_t> labels;
    std::vector<float> surcharges;
  };

  Labelling geometry() const { return {to_host(owners_), std::vector<float>(n_schedulers_)}; }

  void move_actors() {
    pull(csr_, degrees_, x_, f_);
    const Eigen eigen = symmetric_eigen(ritz_matrix(dimension, ritz_sums(chunks_, masses_, x_, f_)));
    rotate(eigen.vectors, x_, v_, f_);
    rotate(eigen.vectors, sites_);
    rho_.assign(eigen.values.begin(), eigen.values.begin() + dimension);
    heavy_ball(tuned_heavy_ball(rho_), f_, x_, v_);
    orthonormalise_actors();
  }

  void orthonormalise_actors() {
    orthonormalise(moments_from(dimension, moment_sums(chunks_, masses_, x_)), n_, x_, v_);
  }

  void move_schedulers() {
    nearest_site(chunks_, x_, commute_scale(rho_), sites_, owners_);
    const Cells cells = cells_from(dimension, cell_sums(chunks_, owners_, loads_, x_, n_schedulers_));
    const auto heaviest = std::ranges::max_element(cells.loads) - cells.loads.begin();
    const auto owners = to_host(owners_);
    for (const auto site : move_sites(sites_, cells)) {
      Index actor = random_actor();
      while (owners[actor] != heaviest) actor = random_actor();
      place_site(site, actor);
    }
  }

  void place_all_sites() {
    for (std::uint32_t site = 0; site < n_schedulers_; ++site) place_site(site, random_actor());
    std::ranges::fill(sites_.influences, 1.0f);
  }

  void place_site(std::uint32_t site, Index actor) {
    const auto x = to_host(x_);
    std::ranges::copy_n(x.begin() + actor * dimension, dimension, sites_.position(site).begin());
  }

  void refine(Labelling& labelling, float noise) {
    const auto loads = loads_of(labelling);
    const auto prices = update_prices(loads, labelling.surcharges, {.cap = cap});
    std::vector<std::uint32_t> order(n_schedulers_);
    std::ranges::generate(order, [&] { return static_cast<std::uint32_t>(random_()); });
    const auto lightest = lightest_labels(loads);
    const auto labels = to_device(labelling.labels);
    propose_moves(csr_, labels, loads_, price_weights_, ids_, {loads, prices, order, lightest},
                  {.cap = cap, .noise = noise, .upward = (random_() & 1) != 0, .stream = random_()}, workspace_,
                  proposals_);
    const auto requests = limit_outflow(requests_of(proposals_, ids_, loads_, price_weights_, labels, prices), loads);
    for (const Request& request : grant(requests, loads, cap)) labelling.labels[request.id] = request.target;
  }

  /// The challenger replaces the incumbent if it is balanced and cuts less; then another one starts.
  void end_era() {
    match(challenger_, incumbent_);
    const double gain_asked = from_incumbent_ ? 0.999 : 0.98;
    const double here = imbalance_of(incumbent_), there = imbalance_of(challenger_);
    const bool sound = there <= balanced || there < 0.99 * here;
    const bool better =
        cut_of(challenger_) < gain_asked * cut_of(incumbent_) || here > std::max(balanced, 1.01 * there);
    if (sound && better) incumbent_ = challenger_;
    ++n_eras_;
    from_incumbent_ = n_eras_ > 3 && n_eras_ % 2 == 1;
    challenger_ = from_incumbent_ ? incumbent_ : geometry();
    era_start_ = sweep_;
  }

  /// Renames the labels of a labelling so that they overlap most with another's, greatest overlap first.
  void match(Labelling& labelling, const Labelling& other) const {
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> overlaps;
    for (Index i = 0; i < n_; ++i) ++overlaps[{labelling.labels[i], other.labels[i]}];
    std::vector<std::tuple<int, std::uint32_t, std::uint32_t>> pairs;
    for (std::uint32_t a = 0; a < n_schedulers_; ++a) {
      for (std::uint32_t b = 0; b < n_schedulers_; ++b) {
        const auto overlap = overlaps.find({a, b});
        pairs.emplace_back(overlap == overlaps.end() ? 0 : -overlap->second, a, b);
      }
    }
    std::ranges::sort(pairs);
    std::vector<std::uint32_t> names(n_schedulers_, no_label);
    std::vector<bool> taken(n_schedulers_);
    for (const auto& [overlap, from, to] : pairs) {
      if (names[from] != no_label || taken[to]) continue;
      names[from] = to;
      taken[to] = true;
    }
    const auto before = labelling.surcharges;
    for (std::uint32_t a = 0; a < n_schedulers_; ++a) labelling.surcharges[names[a]] = before[a];
    for (auto& label : labelling.labels) label = names[label];
  }

  std::vector<double> loads_of(const Labelling& labelling) const {
    return loads_from(label_load_sums(chunks_, to_device(labelling.labels), loads_, n_schedulers_));
  }
  double cut_of(const Labelling& labelling) const {
    return from_fixed(cut_sum(csr_, chunks_, to_device(labelling.labels), traffic_), cut_scale);
  }
  double imbalance_of(const Labelling& labelling) const { return std::ranges::max(loads_of(labelling)); }
  Index random_actor() { return static_cast<Index>(random_() % n_); }

  std::mt19937_64 random_;
  Index n_;
  std::uint32_t n_schedulers_;
  Csr csr_;
  Chunks chunks_;
  double traffic_ = 0;
  Values degrees_, masses_, price_weights_, loads_;
  ConstIds ids_;
  Rows x_, v_, f_;
  std::vector<double> rho_;
  Sites sites_;
  Labels owners_;
  TrafficWorkspace workspace_;
  Proposals proposals_;

  Labelling incumbent_, challenger_;
  bool from_incumbent_ = false;  // the challenger started at the incumbent, not at the geometry
  int sweep_ = 0, era_start_ = 0, n_eras_ = 0;
};

}  // namespace circo::kernels::testing
