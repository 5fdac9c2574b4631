#include <algorithm>
#include <vector>

#include <circo/actor/random.hpp>
#include <circo/defaults.hpp>
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/space/coarse_start.hpp>
#include <circo/space/unfold.hpp>

namespace circo {

namespace {

using kernels::Index;

/// Of traffic as part of all.
constexpr double weight_scale = 0x1p50;

/// The traffic graph on the host.
struct HostGraph {
  explicit HostGraph(const kernels::Csr& csr)
      : offsets{kernels::to_host(csr.offsets)},
        columns{kernels::to_host(csr.columns)},
        weights{kernels::to_host(csr.weights)} {}

  /// Calls use(column, weight) for the edges of a row.
  void for_each_edge(Index row, auto&& use) const {
    for (std::uint64_t at = offsets[row]; at < offsets[row + 1]; ++at) use(columns[at], weights[at]);
  }

  std::vector<std::uint64_t> offsets;
  std::vector<Index> columns;
  std::vector<float> weights;
};

struct Clusters {
  std::size_t count = 0;
  std::vector<std::uint32_t> of;  ///< the cluster of each actor, or no_label [rows with ghosts]
};

/// *Collective.* A cluster around each actor whose lot is low enough; the lots' order numbers them.
Clusters draw_clusters(Rank& rank, const Field& field, std::uint64_t key) {
  const double share = std::min(1 / defaults::cluster_actors, defaults::clusters / static_cast<double>(field.actors()));
  auto lots = kernels::to_host(field.ids());
  for (std::uint64_t& lot : lots) lot = mix(key, lot);
  std::vector<std::uint64_t> mine;
  std::ranges::copy_if(lots, std::back_inserter(mine), [&](std::uint64_t lot) { return unit_interval(lot) < share; });
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<std::uint64_t> drawn;
  for (ByteReader in{bytes}; !in.empty();) drawn.push_back(in.get<std::uint64_t>());
  std::ranges::sort(drawn);
  Clusters clusters{drawn.size(), std::vector<std::uint32_t>(field.rows_with_ghosts(), kernels::no_label)};
  for (Index row = 0; row < field.rows(); ++row)
    if (unit_interval(lots[row]) < share)
      clusters.of[row] = static_cast<std::uint32_t>(std::ranges::lower_bound(drawn, lots[row]) - drawn.begin());
  return clusters;
}

/// *Collective.* In each round actors join the cluster of the partner they have most traffic with, of those in one.
void grow(Rank& rank, const Field& field, const HostGraph& graph, Clusters& clusters) {
  std::vector<Index> alone;
  for (Index row = 0; row < field.rows(); ++row)
    if (clusters.of[row] == kernels::no_label) alone.push_back(row);
  for (int round = 0; round < defaults::cluster_rounds; ++round) {
    field.update_ghosts(std::span{clusters.of}, 1);
    std::vector<std::pair<Index, std::uint32_t>> joined;
    for (const Index row : alone) {
      float most = 0;
      std::uint32_t found = kernels::no_label;
      graph.for_each_edge(row, [&](Index column, float weight) {
        if (clusters.of[column] == kernels::no_label || weight <= most) return;
        most = weight;
        found = clusters.of[column];
      });
      if (found != kernels::no_label) joined.emplace_back(row, found);
    }
    if (rank.world().sum(static_cast<std::int64_t>(joined.size())) == 0) return;
    for (const auto& [row, cluster] : joined) clusters.of[row] = cluster;
    std::erase_if(alone, [&](Index row) { return clusters.of[row] != kernels::no_label; });
  }
  field.update_ghosts(std::span{clusters.of}, 1);
}

/// *Collective.* The traffic between clusters, the same on every rank: summed, as any two clusters may have some.
kernels::Csr graph_of(Rank& rank, const Field& field, const HostGraph& graph, const Clusters& clusters) {
  const auto degrees = kernels::to_host(field.degrees()), masses = kernels::to_host(field.masses());
  auto at = [](std::size_t a, std::size_t b) { return a * (a - 1) / 2 + b; };  // b < a
  std::vector<std::int64_t> sums(at(clusters.count, 0), 0);
  for (Index row = 0; row < field.rows(); ++row) {
    const std::uint32_t a = clusters.of[row];
    if (a == kernels::no_label || !(degrees[row] > 0)) continue;
    const double unit = static_cast<double>(masses[row]) / static_cast<double>(degrees[row]);
    graph.for_each_edge(row, [&](Index column, float weight) {
      // Each edge is in the rows of both its ends.
      if (const std::uint32_t b = clusters.of[column]; b < a)
        sums[at(a, b)] += kernels::to_fixed(unit * static_cast<double>(weight), weight_scale);
    });
  }
  rank.world().sum(sums);
  std::vector<std::uint64_t> offsets{0};
  std::vector<Index> columns;
  std::vector<float> weights;
  for (std::size_t a = 0; a < clusters.count; ++a) {
    for (std::size_t b = 0; b < clusters.count; ++b) {
      const std::int64_t sum = a == b ? 0 : sums[at(std::max(a, b), std::min(a, b))];
      if (sum == 0) continue;
      columns.push_back(static_cast<Index>(b));
      weights.push_back(static_cast<float>(kernels::from_fixed(sum, weight_scale)));
    }
    offsets.push_back(columns.size());
  }
  return {kernels::to_device(offsets), kernels::to_device(columns), kernels::to_device(weights)};
}

/// Places of a graph's vertices, unfolded until that hardly changes anything any more.
kernels::Rows unfolded(const kernels::Csr& csr, std::uint64_t key, std::size_t dimension) {
  const Index rows = csr.n_rows();
  const kernels::Values degrees("degrees", rows), masses("masses", rows);
  kernels::degrees(csr, degrees);
  double total = 0;
  for (const float degree : kernels::to_host(degrees)) total += static_cast<double>(degree);
  kernels::masses(degrees, total, masses);
  const kernels::Chunks chunks{std::vector<Index>{0, rows}};
  std::vector<float> x(rows * dimension);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<float>(unit_interval(mix(key, k))) - 0.5F;
  const Motion motion{kernels::to_device_rows(x, dimension), kernels::Rows("v", rows, dimension),
                      kernels::Rows("f", rows, dimension)};
  auto on_every_rank = [](auto&&) {};
  orthonormalise(chunks, masses, motion, on_every_rank);
  double last = 0;
  for (int sweep = 0; sweep < defaults::coarse_sweeps; ++sweep) {
    kernels::pull(csr, degrees, motion.x, motion.f);
    const auto eigen = unfold(chunks, masses, motion, on_every_rank);
    if (sweep % defaults::coarse_look != 0) continue;
    const double highest = eigen.values[dimension - 1];
    if (sweep > 0 && highest > (1 - defaults::coarse_settled) * last) break;
    last = highest;
  }
  return motion.x;
}

}  // namespace

void start_coarsely(Rank& rank, const Field& field, std::uint64_t key, const kernels::Rows& x) {
  const std::size_t dimension = x.extent(1);
  Clusters clusters = draw_clusters(rank, field, key);
  if (clusters.count < 4 * dimension) return;
  const HostGraph graph{field.csr()};
  grow(rank, field, graph, clusters);
  const auto places = kernels::to_host(unfolded(graph_of(rank, field, graph, clusters), key, dimension));
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), x);
  for (Index row = 0; row < field.rows(); ++row) {
    if (clusters.of[row] == kernels::no_label) continue;
    for (std::size_t a = 0; a < dimension; ++a) host(row, a) = places[clusters.of[row] * dimension + a];
  }
  Kokkos::deep_copy(x, host);
}

}  // namespace circo
