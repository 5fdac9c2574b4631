#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <circo/actor/random.hpp>
#include <circo/io/edge_order.hpp>

namespace circo {

namespace {

/// Falls with the weight; tells edges of equal weight apart.
std::uint64_t key_of(const SnapshotEdge& edge) {
  const std::uint64_t weight = std::bit_cast<std::uint32_t>(std::abs(edge.weight));
  return ~(weight << 32 | mix(edge.a, edge.b) >> 32);
}

std::vector<SnapshotEdge> heaviest(const Communicator& comm, std::span<const SnapshotEdge> edges, std::uint64_t most) {
  const auto bound = static_cast<std::int64_t>(std::min<std::uint64_t>(most, INT64_MAX - 1));
  if (comm.sum(std::ssize(edges)) <= bound) return {edges.begin(), edges.end()};
  std::vector<std::uint64_t> keys;
  for (const SnapshotEdge& edge : edges) keys.push_back(key_of(edge));
  std::ranges::sort(keys);
  // Below `one_too_many` lie more than `bound` edges, so below the key before it no more than that.
  const std::int64_t target = bound + 1;
  const std::uint64_t one_too_many = find_splitters(comm, keys, std::span{&target, 1})[0];
  std::vector<SnapshotEdge> kept;
  std::ranges::copy_if(edges, std::back_inserter(kept),
                       [&](const SnapshotEdge& edge) { return key_of(edge) < one_too_many - 1; });
  return kept;
}

constexpr auto ends = [](const SnapshotEdge& edge) { return std::pair{edge.a, edge.b}; };

}  // namespace

OrderedEdges order_edges(const Communicator& comm, const RowOrder& actors, std::span<const SnapshotEdge> edges,
                         std::uint64_t most) {
  std::vector<SnapshotEdge> mine = heaviest(comm, edges, most);
  std::ranges::sort(mine, {}, ends);
  std::vector<int> counts(static_cast<std::size_t>(comm.size()));
  for (const SnapshotEdge& edge : mine) ++counts[static_cast<std::size_t>(actors.owner(edge.a))];
  mine = RowDeal{comm, std::move(counts)}.send<SnapshotEdge>(mine);
  std::ranges::sort(mine, {}, ends);

  OrderedEdges ordered;
  std::vector<std::uint64_t> a, b;
  for (const SnapshotEdge& edge : mine) {
    a.push_back(edge.a);
    b.push_back(edge.b);
  }
  const std::vector<std::uint32_t> row_a = actors.rows_of(a), row_b = actors.rows_of(b);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (row_a[i] == RowOrder::no_row || row_b[i] == RowOrder::no_row) continue;
    ordered.ids.push_back({a[i], b[i]});
    ordered.rows.push_back({row_a[i], row_b[i]});
    ordered.weight.push_back(mine[i].weight);
  }
  const std::int64_t count = std::ssize(ordered.weight);
  std::int64_t first = 0;
  mpi_check(MPI_Exscan(&count, &first, 1, MPI_INT64_T, MPI_SUM, comm.get()));
  ordered.first = comm.rank() == 0 ? 0 : static_cast<std::uint64_t>(first);
  ordered.total = static_cast<std::uint64_t>(comm.sum(count));
  return ordered;
}

}  // namespace circo
