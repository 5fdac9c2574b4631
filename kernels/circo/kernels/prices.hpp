#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <circo/kernels/views.hpp>

namespace circo::kernels {

struct PriceRule {
  double slope = 0.03;      ///< price at a load `tolerance` above the mean, and minus that below
  double tolerance = 0.05;  ///< of the relative load
  double cap = 1.04;        ///< over it the surcharge grows
  double growth = 0.05;     ///< of the surcharge in a sweep, for each `tolerance` of load over the cap
  double greatest = 4;      ///< such steps of load that count at most
  double decay = 0.7;       ///< of the surcharge in a sweep under the cap
};

/// What it costs to be at a label: price_r = slope clip((load_r - 1) / tolerance, +-1) + surcharge_r, where the
/// surcharge grows by growth min(greatest, (load_r - cap) / tolerance) while load_r > cap, else decays.
///
/// loads [P] relative to their mean; surcharges [P] are the state, kept between sweeps and changed here; returns [P].
/// Throws std::invalid_argument if sizes differ, NumericalError at NaN. Local.
std::vector<float> update_prices(std::span<const double> loads, std::span<float> surcharges,
                                 const PriceRule& rule = {});

/// Bound of price_weights(), and one over it: beyond, a price would be all that counts, or nothing.
inline constexpr float greatest_price_weight = 8;

/// How much prices weigh for each actor beside the shares of its traffic: w_i = load_i / d_i * traffic_per_load. Then
/// gains are those of the Lagrangian cut + sum_i load_i price(i), for each unit of d_i: to be balanced, labels get rid
/// of actors that have little traffic for their load. 1 for all where loads follow traffic.
///
/// loads, degrees, out [n]; traffic_per_load: all traffic / all load. An actor without traffic has the greatest weight.
void price_weights(const ConstValues& loads, const ConstValues& degrees, double traffic_per_load, const Values& out);

/// The min(count, P) labels with the least load, lightest first, of equals the lowest.
std::vector<std::uint32_t> lightest_labels(std::span<const double> loads, std::size_t count = 4);

}  // namespace circo::kernels
