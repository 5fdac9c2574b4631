#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <circo/kernels/dimension.hpp>

namespace circo::kernels {

/// A small square matrix on the host, n <= max_dimension. Entries outside n x n stay 0.
struct Matrix {
  int n = 0;
  std::array<std::array<double, max_dimension>, max_dimension> entries{};

  double& operator()(int a, int b) { return entries[a][b]; }
  double operator()(int a, int b) const { return entries[a][b]; }
};

Matrix identity(int n);

/// The symmetric n x n matrix whose lower triangle comes packed, row after row, [n (n + 1) / 2], in fixed point.
Matrix unpack_symmetric(int n, std::span<const std::int64_t> packed, double scale);

struct Eigen {
  std::array<double, max_dimension> values{};  ///< ascending
  Matrix vectors;  ///< row a belongs to values[a]; its component a is >= 0, so that axes do not flip between sweeps
};

/// All eigenpairs of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5).
/// Equal eigenvalues keep the order of their axes. Throws NumericalError at NaN or infinity.
Eigen symmetric_eigen(Matrix a);

/// Lower triangular L with C = L L^T for a covariance matrix C, defined where C is singular too:
/// a pivot is at least 1e-9 C_aa (a dimension that depends on those before it comes back as amplified noise, and the
/// pull sorts it out), no entry of a row is beyond +-sqrt(C_aa), as in an exact factor, and a dimension that collapsed,
/// C_aa <= 1e-12, gets the unit row (it stays as it is). Throws NumericalError at NaN or infinity.
Matrix cholesky(const Matrix& covariance);

/// L^-1 of a lower triangular L with no 0 on its diagonal. Entries end within +-1e30, so that products of coordinates
/// with them are finite in float.
Matrix inverse_of_lower(const Matrix& lower);

}  // namespace circo::kernels
