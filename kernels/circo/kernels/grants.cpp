#include <algorithm>

#include <circo/kernels/error.hpp>
#include <circo/kernels/grants.hpp>

namespace circo::kernels {
namespace {

using Label = std::uint32_t Request::*;

/// A gain below its price by less than this part of it is rounding.
constexpr float by_price_alone = 0.999f;

void sort_by_gain(std::vector<Request>& requests, Label group, std::size_t n_labels) {
  for (const Request& request : requests) {
    if (!is_finite(request.gain) || !is_finite(request.load) || !is_finite(request.price)) {
      throw NumericalError("grants: the gain, load or price of actor " + std::to_string(request.id) +
                           " is NaN or infinite");
    }
    if (request.source < n_labels && request.target < n_labels) continue;
    throw std::invalid_argument("grants: actor " + std::to_string(request.id) + " asks to go from scheduler " +
                                std::to_string(request.source) + " to " + std::to_string(request.target) + " of " +
                                std::to_string(n_labels));
  }
  std::ranges::sort(requests, [group](const Request& a, const Request& b) {
    if (a.*group != b.*group) return a.*group < b.*group;
    if (a.gain != b.gain) return a.gain > b.gain;
    return a.id < b.id;
  });
}

/// Keeps, in order, the requests for which take(request, load moved before in its group) is true.
template <class Take>
void filter_groups(std::vector<Request>& requests, Label group, const Take& take) {
  double moved = 0;
  std::uint32_t current = no_label;
  std::size_t kept = 0;
  for (const Request& request : requests) {
    if (request.*group != current) {
      current = request.*group;
      moved = 0;
    }
    if (!take(request, moved)) continue;
    moved += request.load;
    requests[kept++] = request;
  }
  requests.resize(kept);
}

}  // namespace

std::vector<Request> requests_of(const Proposals& proposals, const ConstIds& ids, const ConstValues& loads,
                                 const ConstValues& weights, const ConstLabels& labels, std::span<const float> prices) {
  const auto n = proposals.targets.extent(0);
  const auto rows = std::pair<std::size_t, std::size_t>(0, n);
  const auto targets = to_host(proposals.targets);
  const auto gains = to_host(proposals.gains);
  const auto id = to_host(Kokkos::subview(ids, rows));
  const auto load = to_host(Kokkos::subview(loads, rows));
  const auto weight = to_host(Kokkos::subview(weights, rows));
  const auto label = to_host(Kokkos::subview(labels, rows));
  std::vector<Request> requests;
  for (std::size_t i = 0; i < n; ++i) {
    if (targets[i] == no_label) continue;
    requests.push_back({id[i], label[i], targets[i], gains[i], load[i], weight[i] * prices[label[i]]});
  }
  return requests;
}

std::vector<Request> limit_outflow(std::vector<Request> requests, std::span<const double> loads,
                                   const OutflowRule& rule) {
  sort_by_gain(requests, &Request::source, loads.size());
  filter_groups(requests, &Request::source, [&](const Request& request, double moved) {
    const bool for_balance = request.price > 0 && request.gain < request.price * by_price_alone;
    return !for_balance || loads[request.source] - moved >= rule.floor;
  });
  return requests;
}

std::vector<Request> grant(std::vector<Request> requests, std::span<const double> loads, double cap) {
  sort_by_gain(requests, &Request::target, loads.size());
  filter_groups(requests, &Request::target, [&](const Request& request, double moved) {
    return loads[request.target] + moved + request.load <= cap;
  });
  return requests;
}

}  // namespace circo::kernels
