#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <circo/kernels/dense.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>

namespace circo::kernels {
namespace {

constexpr int max_jacobi_sweeps = 32;  // 8 x 8 needs 6 or 7
constexpr double negligible = 1e-15;   // of the matrix norm: what is left off the diagonal
constexpr double pivot_floor = 1e-9;
constexpr double collapsed = 1e-12;  // a few units of the fixed-point sums that a covariance comes from

void expect_finite(const char* where, const Matrix& matrix) {
  for (int a = 0; a < matrix.n; ++a) {
    for (int b = 0; b < matrix.n; ++b) {
      if (std::isfinite(matrix(a, b))) continue;
      throw NumericalError(std::string(where) + ": entry (" + std::to_string(a) + ", " + std::to_string(b) +
                           ") is NaN or infinite");
    }
  }
}

double norm(const Matrix& matrix) {
  double square = 0;
  for (int a = 0; a < matrix.n; ++a) {
    for (int b = 0; b < matrix.n; ++b) square += matrix(a, b) * matrix(a, b);
  }
  return std::sqrt(square);
}

struct Rotation {
  double c, s;
};

/// The rotation in the plane (p, q) that makes entry (p, q) zero.
Rotation annihilate(const Matrix& a, int p, int q) {
  const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double c = 1 / std::hypot(t, 1.0);
  return {c, t * c};
}

void rotate_pair(double& x, double& y, Rotation r) {
  const double old_x = x;
  x = r.c * old_x - r.s * y;
  y = r.s * old_x + r.c * y;
}

}  // namespace

Matrix identity(int n) {
  Matrix result{.n = n};
  for (int a = 0; a < n; ++a) result(a, a) = 1;
  return result;
}

Matrix unpack_symmetric(int n, std::span<const std::int64_t> packed, double scale) {
  Matrix result{.n = n};
  std::size_t k = 0;
  for (int a = 0; a < n; ++a) {
    for (int b = 0; b <= a; ++b) result(a, b) = result(b, a) = from_fixed(packed[k++], scale);
  }
  return result;
}

Eigen symmetric_eigen(Matrix a) {
  expect_finite("symmetric_eigen", a);
  const int n = a.n;
  Matrix axes = identity(n);
  const double threshold = negligible * norm(a);
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < max_jacobi_sweeps; ++sweep) {
    rotated = false;
    for (int p = 0; p < n; ++p) {
      for (int q = p + 1; q < n; ++q) {
        if (std::abs(a(p, q)) <= threshold) continue;
        rotated = true;
        const Rotation r = annihilate(a, p, q);
        for (int k = 0; k < n; ++k) rotate_pair(a(k, p), a(k, q), r);
        for (int k = 0; k < n; ++k) rotate_pair(a(p, k), a(q, k), r);
        for (int k = 0; k < n; ++k) rotate_pair(axes(p, k), axes(q, k), r);
      }
    }
  }
  std::array<int, max_dimension> order{};
  std::iota(order.begin(), order.begin() + n, 0);
  std::stable_sort(order.begin(), order.begin() + n, [&](int p, int q) { return a(p, p) < a(q, q); });
  Eigen result{.values = {}, .vectors = {.n = n}};
  for (int p = 0; p < n; ++p) {
    result.values[p] = a(order[p], order[p]);
    const double sign = axes(order[p], p) < 0 ? -1 : 1;
    for (int k = 0; k < n; ++k) result.vectors(p, k) = sign * axes(order[p], k);
  }
  return result;
}

Matrix cholesky(const Matrix& covariance) {
  expect_finite("cholesky", covariance);
  Matrix lower{.n = covariance.n};
  for (int a = 0; a < covariance.n; ++a) {
    const double variance = covariance(a, a);
    if (variance <= collapsed) {
      lower(a, a) = 1;
      continue;
    }
    for (int b = 0; b <= a; ++b) {
      double rest = covariance(a, b);
      for (int k = 0; k < b; ++k) rest -= lower(a, k) * lower(b, k);
      if (b == a) {
        lower(a, a) = std::sqrt(std::max(rest, pivot_floor * variance));
      } else {
        // Row a of an exact factor is sqrt(C_aa) long; behind a raised pivot it would grow by powers of 1 / pivot.
        const double length = std::sqrt(variance);
        lower(a, b) = std::clamp(rest / lower(b, b), -length, length);
      }
    }
  }
  return lower;
}

Matrix inverse_of_lower(const Matrix& lower) {
  constexpr double largest = 1e30;
  Matrix inverse{.n = lower.n};
  for (int b = 0; b < lower.n; ++b) {
    for (int a = b; a < lower.n; ++a) {
      double rest = a == b ? 1 : 0;
      for (int k = b; k < a; ++k) rest -= lower(a, k) * inverse(k, b);
      inverse(a, b) = std::clamp(rest / lower(a, a), -largest, largest);
    }
  }
  return inverse;
}

}  // namespace circo::kernels
