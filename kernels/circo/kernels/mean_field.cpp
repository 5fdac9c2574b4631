#include <cmath>

#include <circo/kernels/cells.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/mean_field.hpp>
#include <circo/kernels/traffic_table.hpp>

namespace circo::kernels {
namespace {

using detail::TrafficTable;

constexpr float least_share = 1e-3f;
/// Of an actor's table, beyond two an edge.
constexpr std::uint64_t spare_slots = 16;

struct Neighborhood {
  float degree = 0;
  bool mixed = false;  // somebody has a share in a label that is not the actor's own
  bool sound = true;   // all labels exist, all weights are numbers
};

KOKKOS_INLINE_FUNCTION Neighborhood look_around(const Csr& csr, const ConstSoftLabels& soft, Index i,
                                                std::uint32_t n_labels) {
  const SoftLabel& own = soft(i);
  Neighborhood around{0, own.labels[1] != no_label, own.labels[0] < n_labels};
  for (auto k = csr.offsets(i); k < csr.offsets(i + 1); ++k) {
    const float weight = csr.weights(k);
    const SoftLabel& other = soft(csr.columns(k));
    around.degree += weight < 0 ? -weight : weight;
    if (other.labels[0] != own.labels[0] || other.labels[1] != no_label) around.mixed = true;
    if (other.labels[0] >= n_labels) around.sound = false;
  }
  if (!is_finite(around.degree)) around.sound = false;
  return around;
}

/// The greatest shares, of equals the lowest label.
class Shares {
 public:
  KOKKOS_INLINE_FUNCTION Shares() {
    for (int s = 0; s < SoftLabel::slots; ++s) {
      kept_.labels[s] = no_label;
      kept_.shares[s] = 0;
    }
  }
  KOKKOS_INLINE_FUNCTION void offer(std::uint32_t label, float share) {
    if (!(share >= least_share)) return;
    int at = SoftLabel::slots;
    while (at > 0 && before(label, share, kept_.labels[at - 1], kept_.shares[at - 1])) --at;
    if (at == SoftLabel::slots) return;
    for (int s = SoftLabel::slots - 1; s > at; --s) {
      kept_.labels[s] = kept_.labels[s - 1];
      kept_.shares[s] = kept_.shares[s - 1];
    }
    kept_.labels[at] = label;
    kept_.shares[at] = share;
  }
  KOKKOS_INLINE_FUNCTION SoftLabel scaled() const {
    float sum = 0;
    for (const float share : kept_.shares) sum += share;
    SoftLabel out = kept_;
    for (float& share : out.shares) share /= sum;
    return out;
  }

 private:
  KOKKOS_INLINE_FUNCTION static bool before(std::uint32_t a, float share_a, std::uint32_t b, float share_b) {
    return share_a > share_b || (share_a == share_b && a < b);
  }
  SoftLabel kept_;
};

KOKKOS_INLINE_FUNCTION float share_of(const SoftLabel& soft, std::uint32_t label) {
  for (int s = 0; s < SoftLabel::slots; ++s)
    if (soft.labels[s] == label) return soft.shares[s];
  return 0;
}

/// Runs `use(label, traffic)` over the labels of the table.
template <class Use>
KOKKOS_INLINE_FUNCTION void for_each(const TrafficTable& table, Use&& use) {
  for (std::uint64_t slot = 0; slot < table.capacity(); ++slot)
    if (const auto label = table.label_at(slot); label != no_label) use(label, table.traffic_at(slot));
}

KOKKOS_INLINE_FUNCTION void add_shares(TrafficTable& table, const SoftLabel& soft, float weight) {
  for (int s = 0; s < SoftLabel::slots && soft.labels[s] != no_label; ++s)
    table.add_if_room(soft.labels[s], weight * soft.shares[s]);
}

}  // namespace

SoftLabels soften(const ConstLabels& labels) {
  const SoftLabels soft(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::soften"), labels.extent(0));
  Kokkos::parallel_for(
      "circo::soften", Range(0, static_cast<Index>(labels.extent(0))), KOKKOS_LAMBDA(const Index i) {
        for (int s = 0; s < SoftLabel::slots; ++s) {
          soft(i).labels[s] = s == 0 ? labels(i) : no_label;
          soft(i).shares[s] = s == 0 ? 1.0f : 0.0f;
        }
      });
  return soft;
}

void harden(const ConstSoftLabels& soft, const Labels& labels) {
  expect_at_least("harden", "labels", labels.extent(0), soft.extent(0));
  Kokkos::parallel_for(
      "circo::harden", Range(0, static_cast<Index>(soft.extent(0))),
      KOKKOS_LAMBDA(const Index i) { labels(i) = soft(i).labels[0]; });
}

void mean_field(const Csr& csr, const ConstSoftLabels& now, const ConstValues& weights, std::span<const float> prices,
                const MeanFieldRule& rule, TrafficWorkspace& workspace, const SoftLabels& next) {
  expect_at_least("mean_field", "now", now.extent(0), csr.n_rows());
  expect_at_least("mean_field", "weights", weights.extent(0), csr.n_rows());
  expect_at_least("mean_field", "next", next.extent(0), csr.n_rows());
  for (std::size_t q = 0; q < prices.size(); ++q)
    if (!is_finite(prices[q]))
      throw NumericalError("mean_field: the price of scheduler " + std::to_string(q) + " is NaN or infinite");
  workspace.fit(csr, spare_slots);
  const auto price = to_device(prices);
  const auto keys = workspace.keys();
  const auto traffic = workspace.traffic();
  const auto n_labels = static_cast<std::uint32_t>(prices.size());
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::mean_field", Range(0, csr.n_rows()),
      KOKKOS_LAMBDA(const Index i, std::uint64_t& bad) {
        const SoftLabel& own = now(i);
        const Neighborhood around = look_around(csr, now, i, n_labels);
        if (!around.sound) ++bad;
        if (!around.sound || !around.mixed || !(around.degree > 0)) {
          next(i) = own;
          return;
        }
        const std::uint64_t begin = csr.offsets(i), degree = csr.offsets(i + 1) - begin;
        const std::uint64_t slot = 2 * begin + spare_slots * i;
        TrafficTable table(&keys(slot), &traffic(slot), 2 * degree + spare_slots);
        add_shares(table, own, 0);
        for (auto k = begin; k < begin + degree; ++k) add_shares(table, now(csr.columns(k)), csr.weights(k));
        const float scale = rule.sharpness / around.degree, weight = weights(i);
        float most = -1e30f, sum = 0;
        for_each(table, [&](std::uint32_t label, float t) {
          const float exponent = scale * t - weight * price(label);
          most = exponent > most ? exponent : most;
        });
        for_each(table,
                 [&](std::uint32_t label, float t) { sum += std::exp(scale * t - weight * price(label) - most); });
        Shares shares;
        for_each(table, [&](std::uint32_t label, float t) {
          const float drawn = std::exp(scale * t - weight * price(label) - most) / sum;
          shares.offer(label, rule.follow * drawn + (1 - rule.follow) * share_of(own, label));
        });
        next(i) = shares.scaled();
      },
      n_bad);
  if (n_bad > 0) {
    throw NumericalError("mean_field: " + std::to_string(n_bad) +
                         " actors have traffic that is NaN or infinite, or a label, their own or a partner's, >= " +
                         std::to_string(n_labels));
  }
}

std::vector<std::int64_t> soft_load_sums(const Chunks& chunks, const ConstSoftLabels& soft, const ConstValues& loads,
                                         std::uint32_t n_labels) {
  expect_at_least("soft_load_sums", "soft", soft.extent(0), chunks.n_rows());
  expect_at_least("soft_load_sums", "loads", loads.extent(0), chunks.n_rows());
  const Array<std::int64_t> sums("circo::soft_load_sums", n_labels);
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::soft_load_sums", Range(0, chunks.n_rows()),
      KOKKOS_LAMBDA(const Index i, std::uint64_t& bad) {
        if (!(loads(i) >= 0 && loads(i) <= largest_load)) {
          ++bad;
          return;
        }
        for (int s = 0; s < SoftLabel::slots && soft(i).labels[s] != no_label; ++s) {
          if (soft(i).labels[s] >= n_labels) {
            ++bad;
            return;
          }
          Kokkos::atomic_add(&sums(soft(i).labels[s]), to_fixed(loads(i) * soft(i).shares[s], load_scale));
        }
      },
      n_bad);
  if (n_bad > 0)
    throw NumericalError("soft_load_sums: " + std::to_string(n_bad) +
                         " actors have a load that is not in [0, 2^20], or a label >= " + std::to_string(n_labels));
  return to_host(sums);
}

}  // namespace circo::kernels
