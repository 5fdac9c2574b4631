#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include <circo/kernels/dense.hpp>
#include <circo/kernels/error.hpp>

using namespace circo::kernels;

namespace {

Matrix random_symmetric(int n, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> value;
  Matrix result{.n = n, .entries = {}};
  for (int a = 0; a < n; ++a) {
    for (int b = 0; b <= a; ++b) result(a, b) = result(b, a) = value(random);
  }
  return result;
}

/// The largest entry of |A v - lambda v| and of |V V^T - 1|.
double residual(const Matrix& a, const Eigen& eigen) {
  double worst = 0;
  for (int p = 0; p < a.n; ++p) {
    for (int i = 0; i < a.n; ++i) {
      double image = 0, product = 0;
      for (int k = 0; k < a.n; ++k) {
        image += a(i, k) * eigen.vectors(p, k);
        product += eigen.vectors(p, k) * eigen.vectors(i, k);
      }
      worst = std::max(worst, std::abs(image - eigen.values[p] * eigen.vectors(p, i)));
      worst = std::max(worst, std::abs(product - (p == i ? 1 : 0)));
    }
  }
  return worst;
}

double difference_from_square(const Matrix& c, const Matrix& lower) {
  double worst = 0;
  for (int a = 0; a < c.n; ++a) {
    for (int b = 0; b < c.n; ++b) {
      double product = 0;
      for (int k = 0; k < c.n; ++k) product += lower(a, k) * lower(b, k);
      worst = std::max(worst, std::abs(product - c(a, b)));
    }
  }
  return worst;
}

Matrix square(const Matrix& a) {
  Matrix result{.n = a.n, .entries = {}};
  for (int i = 0; i < a.n; ++i) {
    for (int j = 0; j < a.n; ++j) {
      for (int k = 0; k < a.n; ++k) result(i, j) += a(i, k) * a(j, k);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("eigenpairs of random symmetric matrices are exact, ascending, and point along their axis") {
  for (int n = 1; n <= max_dimension; ++n) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      const Matrix a = random_symmetric(n, seed);
      const Eigen eigen = symmetric_eigen(a);
      CHECK(residual(a, eigen) < 1e-12);
      for (int p = 0; p < n; ++p) CHECK(eigen.vectors(p, p) >= 0);
      for (int p = 1; p < n; ++p) CHECK(eigen.values[p - 1] <= eigen.values[p]);
    }
  }
}

TEST_CASE("a diagonal matrix keeps the axes of equal eigenvalues where they are") {
  Matrix a = identity(4);
  CHECK(residual(a, symmetric_eigen(a)) == 0);
  CHECK(symmetric_eigen(a).vectors.entries == identity(4).entries);
  a(0, 0) = 2;
  const Eigen eigen = symmetric_eigen(a);
  CHECK(eigen.values[3] == 2);
  CHECK(eigen.vectors(3, 0) == 1);
  CHECK(residual(Matrix{.n = 3, .entries = {}}, symmetric_eigen(Matrix{.n = 3, .entries = {}})) == 0);
}

TEST_CASE("eigenvalues many orders of magnitude apart come out") {
  Matrix a{.n = 3, .entries = {}};
  a(0, 0) = 1, a(1, 1) = 1e-9, a(2, 2) = 1e-4, a(0, 1) = a(1, 0) = 1e-8;
  const Eigen eigen = symmetric_eigen(a);
  CHECK(eigen.values[0] == doctest::Approx(1e-9).epsilon(1e-6));
  CHECK(eigen.values[1] == doctest::Approx(1e-4));
  CHECK(eigen.values[2] == doctest::Approx(1));
}

TEST_CASE("the Cholesky factor's square is the covariance") {
  for (int n = 1; n <= max_dimension; ++n) {
    const Matrix c = square(random_symmetric(n, 7));
    const Matrix lower = cholesky(c);
    CHECK(difference_from_square(c, lower) < 1e-12 * n * 10);
    for (int a = 0; a < n; ++a) CHECK(lower(a, a) > 0);
  }
}

TEST_CASE("a dimension that depends on another, or collapsed, still has a pivot") {
  Matrix c{.n = 3, .entries = {}};
  c(0, 0) = c(1, 1) = c(0, 1) = c(1, 0) = 4;
  c(2, 2) = -1e-14;
  const Matrix lower = cholesky(c);
  CHECK(lower(0, 0) == 2);
  CHECK(lower(1, 0) == 2);
  CHECK(lower(1, 1) == doctest::Approx(std::sqrt(4e-9)));
  CHECK(lower(2, 2) == 1);
  CHECK(cholesky(Matrix{.n = 2, .entries = {}}).entries == identity(2).entries);
}

TEST_CASE("the inverse of a factor times the factor is 1, and finite however singular the matrix") {
  for (int n = 1; n <= max_dimension; ++n) {
    const Matrix lower = cholesky(square(random_symmetric(n, 8))), inverse = inverse_of_lower(lower);
    for (int a = 0; a < n; ++a)
      for (int b = 0; b < n; ++b) {
        double product = 0;
        for (int k = 0; k < n; ++k) product += lower(a, k) * inverse(k, b);
        CHECK(product == doctest::Approx(a == b ? 1 : 0).epsilon(1e-9));
      }
  }
  Matrix small{.n = 8};
  for (int a = 0; a < 8; ++a)
    for (int b = 0; b <= a; ++b) small(a, b) = a == b ? 1e-9 : -1;
  const Matrix inverse = inverse_of_lower(small);
  for (const auto& row : inverse.entries)
    for (const double entry : row) CHECK(std::abs(entry) <= 1e30);
}

TEST_CASE("packed fixed-point sums fill both triangles") {
  const std::array<std::int64_t, 6> packed{2, 4, 6, 8, 10, 12};
  const Matrix m = unpack_symmetric(3, packed, 2);
  CHECK(m(0, 0) == 1);
  CHECK(m(1, 0) == 2);
  CHECK(m(0, 1) == 2);
  CHECK(m(2, 0) == 4);
  CHECK(m(1, 2) == 5);
  CHECK(m(2, 2) == 6);
}

TEST_CASE("matrices with NaN or infinity are refused") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Matrix a = identity(2);
    a(1, 0) = bad;
    CHECK_THROWS_AS(symmetric_eigen(a), NumericalError);
    CHECK_THROWS_AS(cholesky(a), NumericalError);
  }
}

TEST_CASE("no entry of a factor is beyond the standard deviation of its row, however singular the matrix") {
  // Eight dimensions that are one, up to rounding: behind each raised pivot entries used to grow, past the largest
  // float.
  for (int seed = 1; seed <= 50; ++seed) {
    Matrix c{.n = 8};
    for (int a = 0; a < 8; ++a)
      for (int b = 0; b <= a; ++b) c(a, b) = c(b, a) = 1e-9 * (1 + 1e-5 * std::sin(seed * 17 + 31 * a + 7 * b));
    const Matrix lower = cholesky(c);
    for (int a = 0; a < 8; ++a)
      for (int b = 0; b <= a; ++b) CHECK(std::abs(lower(a, b)) <= 1.001 * std::sqrt(c(a, a)));
  }
}
