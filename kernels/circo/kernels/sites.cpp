#include <algorithm>
#include <cmath>

#include <circo/kernels/error.hpp>
#include <circo/kernels/sites.hpp>

namespace circo::kernels {
namespace {

constexpr double smallest_rho = 1e-9;

void normalise(std::vector<float>& influences) {
  double log_mean = 0;
  for (const float influence : influences) log_mean += std::log(influence);
  const double mean = std::exp(log_mean / static_cast<double>(influences.size()));
  if (!std::isfinite(mean) || mean <= 0) throw NumericalError("move_sites: an influence is NaN, infinite or not > 0");
  for (float& influence : influences) influence = static_cast<float>(influence / mean);
}

}  // namespace

std::vector<std::uint32_t> move_sites(Sites& sites, const Cells& cells, const SiteRule& rule) {
  expect_size("move_sites", "cells", cells.loads.size(), sites.size());
  if (sites.size() == 0) return {};
  std::vector<std::uint32_t> starved;
  for (std::size_t r = 0; r < sites.size(); ++r) {
    const double load = cells.loads[r];
    if (load < rule.starved || load <= 0) {
      starved.push_back(static_cast<std::uint32_t>(r));
      continue;
    }
    const double change = std::pow(std::clamp(load, rule.least_change, rule.greatest_change), rule.exponent);
    sites.influences[r] = static_cast<float>(sites.influences[r] * change);
    const auto place = sites.position(r);
    for (int a = 0; a < sites.dimension; ++a) {
      place[a] = static_cast<float>((1 - rule.follow) * place[a] + rule.follow * cells.centroid(r)[a]);
    }
  }
  const auto heaviest = std::ranges::max_element(cells.loads) - cells.loads.begin();
  for (const auto r : starved) sites.influences[r] = sites.influences[heaviest];
  normalise(sites.influences);
  return starved;
}

void rotate(const Matrix& q, Sites& sites) {
  expect_size("rotate", "the dimension of q", q.n, sites.dimension);
  std::array<double, max_dimension> turned{};
  for (std::size_t r = 0; r < sites.size(); ++r) {
    const auto place = sites.position(r);
    for (int a = 0; a < q.n; ++a) {
      turned[a] = 0;
      for (int b = 0; b < q.n; ++b) turned[a] += q(a, b) * place[b];
    }
    for (int a = 0; a < q.n; ++a) place[a] = static_cast<float>(turned[a]);
  }
}

std::vector<float> commute_scale(std::span<const double> rho) {
  std::vector<float> scale;
  for (const double value : rho) {
    if (!std::isfinite(value)) throw NumericalError("commute_scale: a Ritz value is NaN or infinite");
    const double first = std::max(rho.front(), smallest_rho);
    scale.push_back(static_cast<float>(std::sqrt(first / std::max(value, first))));
  }
  return scale;
}

}  // namespace circo::kernels
