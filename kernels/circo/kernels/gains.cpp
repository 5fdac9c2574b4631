#include <cmath>

#include <circo/kernels/error.hpp>
#include <circo/kernels/gains.hpp>
#include <circo/kernels/random.hpp>
#include <circo/kernels/traffic_table.hpp>

namespace circo::kernels {
namespace {

using detail::TrafficTable;

/// What propose_moves() knows, on the device.
struct Refinement {
  Csr csr;
  ConstLabels labels;
  ConstValues loads;
  ConstValues weights;
  ConstIds ids;
  Array<const double> label_loads;
  ConstValues prices;
  Array<const std::uint32_t> order;
  Array<const std::uint32_t> lightest;
  Array<std::uint32_t> keys;
  Values traffic;
  GainsRule rule;
};

struct Move {
  std::uint32_t target = no_label;
  float gain = 0;
};

/// An actor's traffic, all and with its own label.
struct Ties {
  float all = 0;
  float inside = 0;
  bool crosses = false;  // an edge leads to another label
  bool sound = true;     // all labels exist, all weights are numbers
};

KOKKOS_INLINE_FUNCTION Ties ties_of(const Refinement& r, Index i, std::uint32_t own) {
  Ties ties;
  const auto n_labels = r.label_loads.extent(0);
  for (auto k = r.csr.offsets(i); k < r.csr.offsets(i + 1); ++k) {
    const float weight = r.csr.weights(k);
    const std::uint32_t label = r.labels(r.csr.columns(k));
    ties.all += weight < 0 ? -weight : weight;
    if (label == own) {
      ties.inside += weight;
    } else {
      ties.crosses = true;
      if (label >= n_labels) ties.sound = false;
    }
  }
  if (!is_finite(ties.all)) ties.sound = false;
  return ties;
}

/// Whether the one-way rule lets actors of `own` move to `target` in this sweep. Equal orders go by number.
KOKKOS_INLINE_FUNCTION bool goes_the_way(const Refinement& r, std::uint32_t own, std::uint32_t target) {
  const auto from = r.order(own), to = r.order(target);
  const bool up = to > from || (to == from && target > own);
  return up == r.rule.upward;
}

class BestMove {
 public:
  KOKKOS_INLINE_FUNCTION BestMove(const Refinement& refinement, Index i, std::uint32_t own, const Ties& ties)
      : r_(refinement),
        i_(i),
        own_(own),
        inside_(ties.inside),
        share_(ties.all > 0 ? 1 / ties.all : 0),
        weight_(refinement.weights(i)),
        least_(refinement.rule.hysteresis + std::sqrt(refinement.rule.quantum * share_)) {}

  KOKKOS_INLINE_FUNCTION void consider(std::uint32_t target, float traffic) {
    if (target == own_ || r_.label_loads(target) + r_.loads(i_) > r_.rule.cap) return;
    float gain = (traffic - inside_) * share_ + weight_ * (r_.prices(own_) - r_.prices(target));
    if (r_.rule.noise > 0) gain += r_.rule.noise * signed_unit(random_bits(r_.rule.stream, r_.ids(i_), target));
    if (!(gain > least_)) return;
    if (gain < best_.gain || (gain == best_.gain && target >= best_.target)) return;
    best_ = {target, gain};
  }

  KOKKOS_INLINE_FUNCTION Move move() const { return best_.target == no_label ? Move{} : best_; }

 private:
  const Refinement& r_;
  Index i_;
  std::uint32_t own_;
  float inside_;
  float share_;
  float weight_;
  float least_;
  Move best_{no_label, -1e30f};
};

KOKKOS_INLINE_FUNCTION Move best_move(const Refinement& r, Index i, std::uint32_t own, const Ties& ties) {
  const bool over = r.label_loads(own) > r.rule.cap;
  if (!over && !ties.crosses) return {};
  BestMove best(r, i, own, ties);
  const auto begin = r.csr.offsets(i);
  const auto degree = ties.crosses ? r.csr.offsets(i + 1) - begin : 0;
  TrafficTable table(&r.keys(2 * begin), &r.traffic(2 * begin), 2 * degree);
  for (auto k = begin; k < begin + degree; ++k) table.add(r.labels(r.csr.columns(k)), r.csr.weights(k));
  for (std::uint64_t slot = 0; slot < table.capacity(); ++slot) {
    const auto target = table.label_at(slot);
    if (target == no_label || target == own) continue;
    if (over || goes_the_way(r, own, target)) best.consider(target, table.traffic_at(slot));
  }
  if (over && r.lightest.extent(0) > 0) {
    const auto target = r.lightest(random_bits(r.rule.stream, r.ids(i), no_label) % r.lightest.extent(0));
    best.consider(target, table.traffic_with(target));
  }
  return best.move();
}

void expect_shapes(const Csr& csr, const ConstLabels& labels, const ConstValues& loads, const ConstValues& weights,
                   const ConstIds& ids, const LabelState& state) {
  expect_at_least("propose_moves", "labels", labels.extent(0), csr.n_rows());
  expect_at_least("propose_moves", "loads", loads.extent(0), csr.n_rows());
  expect_at_least("propose_moves", "weights", weights.extent(0), csr.n_rows());
  expect_at_least("propose_moves", "ids", ids.extent(0), csr.n_rows());
  expect_size("propose_moves", "LabelState::prices", state.prices.size(), state.loads.size());
  expect_size("propose_moves", "LabelState::order", state.order.size(), state.loads.size());
  for (std::size_t q = 0; q < state.loads.size(); ++q) {
    if (is_finite(state.prices[q]) && is_finite(state.loads[q])) continue;
    throw NumericalError("propose_moves: the price or load of scheduler " + std::to_string(q) + " is NaN or infinite");
  }
  for (const auto q : state.lightest) {
    if (q >= state.loads.size()) throw std::invalid_argument("propose_moves: LabelState::lightest names no label");
  }
}

void fit_proposals(Proposals& out, Index n) {
  if (out.targets.extent(0) == n && out.gains.extent(0) == n) return;
  out.targets = Labels(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::Proposals::targets"), n);
  out.gains = Values(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::Proposals::gains"), n);
}

}  // namespace

void propose_moves(const Csr& csr, const ConstLabels& labels, const ConstValues& loads, const ConstValues& weights,
                   const ConstIds& ids, const LabelState& state, const GainsRule& rule, TrafficWorkspace& workspace,
                   Proposals& out) {
  expect_shapes(csr, labels, loads, weights, ids, state);
  workspace.fit(csr);
  fit_proposals(out, csr.n_rows());
  const Refinement refinement{csr,
                              labels,
                              loads,
                              weights,
                              ids,
                              to_device(state.loads),
                              to_device(state.prices),
                              to_device(state.order),
                              to_device(state.lightest),
                              workspace.keys(),
                              workspace.traffic(),
                              rule};
  const auto targets = out.targets;
  const auto gains = out.gains;
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::propose_moves", Range(0, csr.n_rows()),
      KOKKOS_LAMBDA(const Index i, std::uint64_t& bad) {
        const std::uint32_t own = refinement.labels(i);
        Move move;
        bool sound = own < refinement.label_loads.extent(0);
        if (sound) {
          const Ties ties = ties_of(refinement, i, own);
          sound = ties.sound;
          if (sound) move = best_move(refinement, i, own, ties);
        }
        if (!sound) ++bad;
        targets(i) = move.target;
        gains(i) = move.gain;
      },
      n_bad);
  if (n_bad > 0) {
    throw NumericalError("propose_moves: " + std::to_string(n_bad) +
                         " actors have traffic that is NaN or infinite, or a label, their own or a partner's, >= " +
                         std::to_string(state.loads.size()));
  }
}

}  // namespace circo::kernels
