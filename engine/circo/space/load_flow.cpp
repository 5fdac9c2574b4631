#include <algorithm>
#include <cmath>
#include <numeric>

#include <circo/defaults.hpp>
#include <circo/space/load_flow.hpp>

namespace circo {

namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Laplacian of the links, times u.
Vector times(std::span<const LoadLink> links, const Vector& u) {
  Vector result(u.size(), 0);
  for (const LoadLink& link : links) {
    const double flow = link.conductance * (u[link.a] - u[link.b]);
    result[link.a] += flow;
    result[link.b] -= flow;
  }
  return result;
}

/// The potentials u with Laplacian * u = loads - mean, by conjugate gradients.
Vector potentials(std::span<const LoadLink> links, std::span<const double> loads) {
  const std::size_t n = loads.size();
  const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / static_cast<double>(n);
  Vector u(n, 0), residual(n), scale(n, 0), direction(n);
  for (const LoadLink& link : links) {
    scale[link.a] += link.conductance;
    scale[link.b] += link.conductance;
  }
  std::ranges::transform(loads, residual.begin(), [&](double load) { return load - mean; });
  auto scaled = [&] {
    Vector z(n);
    for (std::size_t s = 0; s < n; ++s) z[s] = residual[s] / scale[s];
    return z;
  };
  direction = scaled();
  double product = dot(residual, direction);
  const double enough = defaults::diffusion_residual * std::sqrt(dot(residual, residual));
  // In exact numbers n steps are enough.
  for (std::size_t step = 0; step < 2 * n && std::sqrt(dot(residual, residual)) > enough; ++step) {
    const Vector image = times(links, direction);
    const double length = product / dot(direction, image);
    for (std::size_t s = 0; s < n; ++s) {
      u[s] += length * direction[s];
      residual[s] -= length * image[s];
    }
    const Vector z = scaled();
    const double next = dot(residual, z);
    for (std::size_t s = 0; s < n; ++s) direction[s] = z[s] + next / product * direction[s];
    product = next;
  }
  return u;
}

}  // namespace

std::vector<LoadFlow> even_flows(std::span<const LoadLink> links, std::span<const double> loads) {
  std::vector<LoadFlow> flows;
  if (links.empty()) return flows;
  const Vector u = potentials(links, loads);
  for (const LoadLink& link : links) {
    const double flow = link.conductance * (u[link.a] - u[link.b]);
    if (flow > 0) flows.push_back({link.a, link.b, flow});
    if (flow < 0) flows.push_back({link.b, link.a, -flow});
  }
  return flows;
}

}  // namespace circo
