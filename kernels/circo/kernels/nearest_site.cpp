#include <limits>

#include <circo/kernels/box.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/nearest_site.hpp>
#include <circo/kernels/site_blocks.hpp>

namespace circo::kernels {
namespace {

using detail::Box;
using detail::lanes;
using detail::Scale;
using detail::SiteBlocks;

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Which blocks of sites the points of a box have to look at.
template <int D>
struct Pruning {
  SiteBlocks sites;

  /// For each block of a group, a distance that none of its sites is nearer than.
  KOKKOS_INLINE_FUNCTION void least_of_group(const Box<D>& box, std::uint32_t group, float (&result)[lanes]) const {
    const auto at = std::size_t{group} * D * lanes;
    detail::least_distances<D>(box, &sites.lows(at), &sites.highs(at), &sites.least_influences(group * lanes), result);
  }

  /// Every point of the box has a site of the block at most this far away.
  KOKKOS_INLINE_FUNCTION float guaranteed_by(const Box<D>& box, std::uint32_t block) const {
    float distances[lanes];
    detail::greatest_distances<D>(box, &sites.coordinates(std::size_t{block} * D * lanes),
                                  &sites.influences(block * lanes), distances);
    float least = infinity;
#pragma omp simd reduction(min : least)
    for (int w = 0; w < lanes; ++w) least = distances[w] < least ? distances[w] : least;
    return least;
  }

  KOKKOS_INLINE_FUNCTION bool has_site_within(const Box<D>& box, std::uint32_t block, float distance) const {
    float distances[lanes];
    const float* points = &sites.coordinates(std::size_t{block} * D * lanes);
    detail::least_distances<D>(box, points, points, &sites.influences(block * lanes), distances);
    int n_within = 0;
#pragma omp simd reduction(+ : n_within)
    for (int w = 0; w < lanes; ++w) n_within += distances[w] <= distance ? 1 : 0;
    return n_within > 0;
  }

  KOKKOS_INLINE_FUNCTION std::uint32_t nearest_block(const Box<D>& box) const {
    std::uint32_t nearest = 0;
    float least = infinity;
    for (std::uint32_t group = 0; group < sites.n_groups; ++group) {
      float distances[lanes];
      least_of_group(box, group, distances);
      for (int w = 0; w < lanes; ++w) {
        if (distances[w] >= least) continue;
        least = distances[w];
        nearest = group * lanes + w;
      }
    }
    return nearest;
  }

  /// Every point of the box has a site at most this far away: of all blocks that are near enough to tell.
  KOKKOS_INLINE_FUNCTION float guaranteed(const Box<D>& box) const {
    float distance = guaranteed_by(box, nearest_block(box));
    for (std::uint32_t group = 0; group < sites.n_groups; ++group) {
      float distances[lanes];
      least_of_group(box, group, distances);
      for (std::uint32_t w = 0; w < lanes && group * lanes + w < sites.n_blocks; ++w) {
        if (distances[w] > distance) continue;
        const float by_block = guaranteed_by(box, group * lanes + w);
        distance = by_block < distance ? by_block : distance;
      }
    }
    return distance;
  }

  /// One bit for each block of a group: whether it can have the nearest site of a point of the box.
  KOKKOS_INLINE_FUNCTION std::uint32_t candidates(const Box<D>& box, std::uint32_t group, float distance) const {
    float distances[lanes];
    least_of_group(box, group, distances);
    std::uint32_t bits = 0;
    for (std::uint32_t w = 0; w < lanes && group * lanes + w < sites.n_blocks; ++w) {
      if (distances[w] <= distance && has_site_within(box, group * lanes + w, distance)) bits |= 1u << w;
    }
    return bits;
  }
};

/// Candidates of each chunk of rows. [n_chunks][n_groups]
using Candidates = Kokkos::View<std::uint32_t**, Kokkos::LayoutRight, Memory>;

template <int D>
Candidates candidates_of(const Chunks& chunks, const ConstRows& x, const Scale<D>& scale, const SiteBlocks& sites) {
  const Candidates candidates("circo::nearest_site", chunks.size(), sites.n_groups);
  if (sites.n_blocks == 1) {
    Kokkos::deep_copy(candidates, 1u);
    return candidates;
  }
  const auto bounds = chunks.bounds();
  const Pruning<D> pruning{sites};
  Kokkos::parallel_for(
      "circo::nearest_site_candidates", Range(0, chunks.size()), KOKKOS_LAMBDA(const Index c) {
        const Box<D> box = detail::bounding_box<D>(x, scale, bounds(c, 0), bounds(c, 1));
        const float distance = pruning.guaranteed(box);
        for (std::uint32_t group = 0; group < pruning.sites.n_groups; ++group) {
          candidates(c, group) = pruning.candidates(box, group, distance);
        }
      });
  return candidates;
}

/// The nearest site so far of one row, one for each lane of the blocks.
struct Nearest {
  float distances[lanes];
  std::uint32_t names[lanes];

  KOKKOS_INLINE_FUNCTION Nearest() {
#pragma omp simd
    for (int w = 0; w < lanes; ++w) {
      distances[w] = infinity;
      names[w] = no_label;
    }
  }

  /// Of two the nearer, of equals the lower name.
  KOKKOS_INLINE_FUNCTION void take(int w, float distance, std::uint32_t name) {
    const bool nearer = distance < distances[w] || (distance == distances[w] && name < names[w]);
    distances[w] = nearer ? distance : distances[w];
    names[w] = nearer ? name : names[w];
  }

  template <int D>
  KOKKOS_INLINE_FUNCTION void look_at(const float (&y)[D], const SiteBlocks& sites, std::uint32_t block) {
    const float* points = &sites.coordinates(std::size_t{block} * D * lanes);
    float squares[lanes] = {};
    for (int a = 0; a < D; ++a) {
#pragma omp simd
      for (int w = 0; w < lanes; ++w) {
        const float gap = y[a] - points[a * lanes + w];
        squares[w] += gap * gap;
      }
    }
    const float* influences = &sites.influences(block * lanes);
    const std::uint32_t* block_names = &sites.names(block * lanes);
#pragma omp simd
    for (int w = 0; w < lanes; ++w) take(w, squares[w] * influences[w], block_names[w]);
  }

  /// Of the nearest of all lanes; no_label if no distance is a finite number.
  KOKKOS_INLINE_FUNCTION std::uint32_t name() {
    for (int half = lanes / 2; half > 0; half /= 2) {
#pragma omp simd
      for (int w = 0; w < half; ++w) take(w, distances[w + half], names[w + half]);
    }
    return distances[0] < infinity ? names[0] : no_label;
  }
};

template <int D>
KOKKOS_INLINE_FUNCTION std::uint32_t owner_of(const float* x, const Scale<D>& scale, const SiteBlocks& sites,
                                              const Candidates& candidates, Index chunk) {
  float y[D];
  for (int a = 0; a < D; ++a) y[a] = x[a] * scale.of[a];
  Nearest nearest;
  for (std::uint32_t group = 0; group < sites.n_groups; ++group) {
    std::uint32_t block = group * lanes;
    for (std::uint32_t bits = candidates(chunk, group); bits != 0; bits >>= 1, ++block) {
      if ((bits & 1u) != 0) nearest.look_at<D>(y, sites, block);
    }
  }
  return nearest.name();
}

template <int D>
void find_owners(const Chunks& chunks, const ConstRows& x, std::span<const float> host_scale, const Sites& host_sites,
                 const Labels& owners) {
  Scale<D> scale;
  for (int a = 0; a < D; ++a) scale.of[a] = host_scale[a];
  const SiteBlocks sites = detail::pack(host_sites, host_scale);
  const Candidates candidates = candidates_of<D>(chunks, x, scale, sites);
  const auto bounds = chunks.bounds();
  using Team = Kokkos::TeamPolicy<Exec>;
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::nearest_site", Team(static_cast<int>(chunks.size()), Kokkos::AUTO),
      KOKKOS_LAMBDA(const Team::member_type& team, std::uint64_t& bad) {
        const auto c = static_cast<Index>(team.league_rank());
        std::uint64_t bad_of_chunk = 0;
        Kokkos::parallel_reduce(
            Kokkos::TeamThreadRange(team, bounds(c, 0), bounds(c, 1)),
            [&](const Index i, std::uint64_t& bad_rows) {
              owners(i) = owner_of<D>(row<D>(x, i), scale, sites, candidates, c);
              if (owners(i) == no_label) ++bad_rows;
            },
            bad_of_chunk);
        Kokkos::single(Kokkos::PerTeam(team), [&]() { bad += bad_of_chunk; });
      },
      n_bad);
  if (n_bad > 0) {
    throw NumericalError("nearest_site: " + std::to_string(n_bad) +
                         " actors are near no scheduler: their coordinates are NaN or infinite");
  }
}

}  // namespace

void nearest_site(const Chunks& chunks, const ConstRows& x, std::span<const float> scale, const Sites& sites,
                  const Labels& owners) {
  expect_at_least("nearest_site", "x", x.extent(0), chunks.n_rows());
  expect_at_least("nearest_site", "owners", owners.extent(0), chunks.n_rows());
  expect_size("nearest_site", "scale", scale.size(), x.extent(1));
  expect_size("nearest_site", "the dimension of the sites", sites.dimension, x.extent(1));
  expect_size("nearest_site", "the sites' positions", sites.positions.size(), sites.size() * x.extent(1));
  expect_at_least("nearest_site", "sites", sites.size(), 1);
  with_dimension(x.extent(1), [&]<int D>() { find_owners<D>(chunks, x, scale, sites, owners); });
}

}  // namespace circo::kernels
