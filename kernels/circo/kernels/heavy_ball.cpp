#include <algorithm>
#include <cmath>

#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/heavy_ball.hpp>

namespace circo::kernels {
namespace {

constexpr double largest_eigenvalue = 2.05;  // 2 and a margin for the float arithmetic of the pull
constexpr double smallest_rho = 1e-9;

template <int D>
void move_rows(const HeavyBall& ball, const ConstRows& f, const Rows& x, const Rows& v) {
  const float alpha = ball.alpha;
  const float beta = ball.beta;
  const float bound = ball.bound;
  Kokkos::parallel_for(
      "circo::heavy_ball", Range(0, static_cast<Index>(f.extent(0))), KOKKOS_LAMBDA(const Index i) {
        const float* force = row<D>(f, i);
        float* place = row<D>(x, i);
        float* velocity = row<D>(v, i);
#pragma omp simd
        for (int a = 0; a < D; ++a) {
          const float moved = beta * velocity[a] + alpha * force[a];
          const float next = place[a] + moved;
          const bool out = next > bound || next < -bound;
          place[a] = clamp_to(next, bound);
          velocity[a] = out ? 0.0f : moved;
        }
      });
}

}  // namespace

HeavyBall tuned_heavy_ball(std::span<const double> rho) {
  if (rho.empty() || std::ranges::any_of(rho, [](double value) { return !std::isfinite(value); })) {
    throw NumericalError("tuned_heavy_ball: a Ritz value is NaN or infinite, or there is none");
  }
  const double mu = std::clamp(rho.back(), smallest_rho, 1.0);
  const double sum = std::sqrt(largest_eigenvalue) + std::sqrt(mu);
  const double ratio = (std::sqrt(largest_eigenvalue) - std::sqrt(mu)) / sum;
  return {.alpha = static_cast<float>(4 / (sum * sum)), .beta = static_cast<float>(ratio * ratio)};
}

void heavy_ball(const HeavyBall& ball, const ConstRows& f, const Rows& x, const Rows& v) {
  expect_at_least("heavy_ball", "x", x.extent(0), f.extent(0));
  expect_at_least("heavy_ball", "v", v.extent(0), f.extent(0));
  expect_size("heavy_ball", "the dimension of x", x.extent(1), f.extent(1));
  expect_size("heavy_ball", "the dimension of v", v.extent(1), f.extent(1));
  if (!is_finite(ball.alpha) || !is_finite(ball.beta) || !(ball.bound > 0 && ball.bound <= reach)) {
    throw NumericalError("heavy_ball: alpha " + std::to_string(ball.alpha) + ", beta " + std::to_string(ball.beta) +
                         ", bound " + std::to_string(ball.bound) + "; expected finite factors and 0 < bound <= 512");
  }
  with_dimension(f.extent(1), [&]<int D>() { move_rows<D>(ball, f, x, v); });
}

}  // namespace circo::kernels
