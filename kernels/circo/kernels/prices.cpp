#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <circo/kernels/error.hpp>
#include <circo/kernels/prices.hpp>

namespace circo::kernels {

std::vector<float> update_prices(std::span<const double> loads, std::span<float> surcharges, const PriceRule& rule) {
  if (loads.size() != surcharges.size()) {
    throw std::invalid_argument("update_prices: " + std::to_string(surcharges.size()) + " surcharges for " +
                                std::to_string(loads.size()) + " loads");
  }
  std::vector<float> prices(loads.size());
  for (std::size_t r = 0; r < loads.size(); ++r) {
    if (!std::isfinite(loads[r])) {
      throw NumericalError("update_prices: the load of scheduler " + std::to_string(r) + " is NaN or infinite");
    }
    const double over = (loads[r] - rule.cap) / rule.tolerance;
    const double surcharge =
        over > 0 ? surcharges[r] + rule.growth * std::min(rule.greatest, over) : surcharges[r] * rule.decay;
    surcharges[r] = static_cast<float>(surcharge);
    prices[r] = static_cast<float>(rule.slope * std::clamp((loads[r] - 1) / rule.tolerance, -1.0, 1.0) + surcharge);
  }
  return prices;
}

void price_weights(const ConstValues& loads, const ConstValues& degrees, double traffic_per_load, const Values& out) {
  expect_at_least("price_weights", "loads", loads.extent(0), out.extent(0));
  expect_at_least("price_weights", "degrees", degrees.extent(0), out.extent(0));
  const auto ratio = static_cast<float>(traffic_per_load);
  Kokkos::parallel_for(
      "circo::price_weights", Range(0, static_cast<Index>(out.extent(0))), KOKKOS_LAMBDA(const Index i) {
        constexpr float most = greatest_price_weight;
        const float weight = degrees(i) > 0 ? ratio * loads(i) / degrees(i) : most;
        out(i) = weight > most ? most : weight < 1 / most ? 1 / most : weight;
      });
}

std::vector<std::uint32_t> lightest_labels(std::span<const double> loads, std::size_t count) {
  std::vector<std::uint32_t> labels(loads.size());
  std::iota(labels.begin(), labels.end(), 0u);
  count = std::min(count, labels.size());
  std::ranges::partial_sort(
      labels, labels.begin() + static_cast<std::ptrdiff_t>(count),
      [&](std::uint32_t a, std::uint32_t b) { return loads[a] < loads[b] || (loads[a] == loads[b] && a < b); });
  labels.resize(count);
  return labels;
}

}  // namespace circo::kernels
