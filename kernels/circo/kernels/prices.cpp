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
