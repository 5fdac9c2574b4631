#pragma once

#include <circo/kernels/views.hpp>

namespace circo::kernels {

/// The traffic graph of a rank's actors, rows compressed. Actor i talks over the edges offsets(i) .. offsets(i + 1).
///
/// Kernels add over a row in its order, so the caller keeps rows in an order that does not depend on the layout (by
/// the partner's id, say), for results that do not depend on it either.
struct Csr {
  Array<const std::uint64_t> offsets;  ///< [n_local + 1], ascending from 0; empty means no actor
  Array<const Index> columns;          ///< [n_edges], partners in [0, n_total), ghosts included
  ConstValues weights;                 ///< [n_edges], traffic > 0 pulls, < 0 pushes

  Index n_rows() const { return offsets.extent(0) == 0 ? 0 : static_cast<Index>(offsets.extent(0) - 1); }
  std::size_t n_edges() const { return columns.extent(0); }
};

/// Looks through the whole graph once, after it was built: offsets ascend and end at n_edges, columns are below
/// n_total, weights are finite. The kernels rely on it. Throws std::invalid_argument or NumericalError. Local.
void validate(const Csr& csr, Index n_total);

}  // namespace circo::kernels
