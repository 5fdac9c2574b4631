#pragma once

#include <circo/kernels/dense.hpp>
#include <circo/kernels/views.hpp>

namespace circo::kernels {

/// x_i <- Q x_i, v_i <- Q v_i, f_i <- Q f_i for every local actor, in one pass. Q's rows are the new axes
/// (Eigen::vectors). x, v [n_local or more][D] (rows after n_local, ghosts, are left), f [n_local][D]. Local.
void rotate(const Matrix& q, const Rows& x, const Rows& v, const Rows& f);

}  // namespace circo::kernels
