#pragma once

#include <circo/kernels/box.hpp>
#include <circo/kernels/sites.hpp>

namespace circo::kernels::detail {

/// Sites packed for the nearest-site search, each coordinate of `lanes` neighbors side by side: sites that are close
/// in space make a block, blocks that are close make a group. Lanes that stay empty are too far away to be anyone's
/// nearest.
struct SiteBlocks {
  std::uint32_t n_blocks = 0;
  Array<const float> coordinates;    ///< [n_blocks][dimension][lanes]
  Array<const float> influences;     ///< [n_blocks][lanes]
  Array<const std::uint32_t> names;  ///< [n_blocks][lanes], number of the site; no_label where the block is not full

  std::uint32_t n_groups = 0;
  Array<const float> lows;              ///< [n_groups][dimension][lanes], bounding box of each block of the group
  Array<const float> highs;             ///< likewise
  Array<const float> least_influences;  ///< [n_groups][lanes]
};

/// Scales the sites' positions and packs them.
/// Throws NumericalError at a position or scale that is not finite, or an influence that is not > 0.
SiteBlocks pack(const Sites& sites, std::span<const float> scale);

}  // namespace circo::kernels::detail
