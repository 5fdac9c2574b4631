#pragma once

#include <span>

#include <circo/kernels/chunks.hpp>
#include <circo/kernels/sites.hpp>

namespace circo::kernels {

/// owners_i = argmin_r I_r |y_i - q_r|^2 with y_ia = scale_a x_ia and q_ra = scale_a p_ra, over all sites; of equals
/// the lowest r.
///
/// The cost of an actor hardly grows with the number of sites: sites are packed in blocks of neighbors, and a chunk of
/// actors looks only at blocks with a site that can be nearest to a point of the chunk's bounding box. The pruning is
/// exact, since the bounds are computed with the operations of the distance itself, whose rounding is monotone.
/// x [n_local or more][D], scale [D], owners [n_local or more]. Throws NumericalError if a coordinate, a position, a
/// scale or an influence is not finite, or an influence is not > 0; std::invalid_argument without sites. Local.
void nearest_site(const Chunks& chunks, const ConstRows& x, std::span<const float> scale, const Sites& sites,
                  const Labels& owners);

}  // namespace circo::kernels
