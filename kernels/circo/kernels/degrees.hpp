#pragma once

#include <circo/kernels/csr.hpp>

namespace circo::kernels {

/// d_i = sum_j |w_ij|, the traffic of an actor; 0 without edges. degrees [n_local]. Local.
void degrees(const Csr& csr, const Values& degrees);

/// m_i = d_i / total, the share of an actor in all traffic; 0 everywhere when total is 0 (no traffic at all).
/// degrees, masses [n_local]; total is the sum over all ranks, see totals.hpp. Throws NumericalError unless it is
/// finite and >= 0. Local.
void masses(const ConstValues& degrees, double total, const Values& masses);

}  // namespace circo::kernels
