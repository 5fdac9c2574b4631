#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <circo/error.hpp>
#include <circo/io/edge_order.hpp>
#include <circo/io/row_order.hpp>

using namespace circo;

namespace {

/// `count` ids that are far apart, close together and equal in their upper bits.
std::vector<std::uint64_t> all_ids(std::uint64_t count) {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < count; ++i)
    ids.push_back(i % 3 == 0 ? (i + 1) << 40 : i % 3 == 1 ? 1 + i : (std::uint64_t{7} << 50) + i);
  return ids;
}

/// The same, dealt to the ranks at random, in any order.
template <class T>
std::vector<T> deal(const Communicator& comm, const std::vector<T>& all, unsigned seed) {
  std::mt19937_64 random{seed};
  std::vector<T> mine;
  for (const T& each : all)
    if (random() % static_cast<std::uint64_t>(comm.size()) == static_cast<std::uint64_t>(comm.rank()))
      mine.push_back(each);
  std::ranges::shuffle(mine, random);
  return mine;
}

template <class T>
std::vector<T> gather(const Communicator& comm, std::span<const T> mine) {
  const auto bytes = comm.gather_all(std::as_bytes(mine));
  std::vector<T> all(bytes.size() / sizeof(T));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

std::uint32_t half_of(std::uint64_t id) { return static_cast<std::uint32_t>(id >> 7); }

/// A line of actors and its edges, the i-th of weight i % 5, or -i % 5.
std::vector<SnapshotEdge> line_of(const std::vector<std::uint64_t>& sorted) {
  std::vector<SnapshotEdge> edges;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const auto weight = static_cast<float>(i % 5);
    edges.push_back({sorted[i - 1], sorted[i], i % 2 == 0 ? weight : -weight});
  }
  return edges;
}

}  // namespace

TEST_CASE("rows come out in the order of id over all ranks, in shares of whole blocks, whoever had them") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  for (const std::uint64_t count : {0, 1, 2, 5, 100, 1000, 20000}) {
    for (const std::uint64_t block : {1, 64, 4096}) {
      CAPTURE(count);
      CAPTURE(block);
      const std::vector<std::uint64_t> ids = deal(comm, all_ids(count), 5);
      const RowOrder order{comm, ids, block};
      CHECK(order.total() == count);
      CHECK((order.ids().empty() || order.first() % block == 0));
      const std::uint64_t blocks = (count + block - 1) / block;
      const auto ranks = static_cast<std::uint64_t>(comm.size());
      CHECK(order.ids().size() <= (blocks + ranks - 1) / ranks * block);
      CHECK(order.ids().size() <= order.most());

      std::vector<std::uint64_t> sorted = all_ids(count);
      std::ranges::sort(sorted);
      CHECK(gather(comm, order.ids()) == sorted);
      std::vector<std::uint32_t> column;
      for (const std::uint64_t id : ids) column.push_back(half_of(id));
      std::vector<std::uint32_t> room;
      const auto ordered = order.apply(std::span<const std::uint32_t>{column}, room);
      CHECK(std::ranges::equal(order.ids(), ordered, {}, half_of));
    }
  }
}

TEST_CASE("an id that comes twice, even on two ranks, is an error on every rank") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<std::uint64_t> ids = deal(comm, all_ids(1000), 5);
  if (comm.rank() == comm.size() - 1) ids.push_back(std::uint64_t{1} << 40);
  CHECK_THROWS_WITH_AS((RowOrder{comm, ids, 64}), doctest::Contains("two actors have the id 0x10000000000"), Error);
}

TEST_CASE("the id 0 is an error on every rank") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  const std::vector<std::uint64_t> ids(comm.rank() == comm.size() - 1 ? 1 : 0, 0);
  CHECK_THROWS_WITH_AS((RowOrder{comm, ids, 64}), doctest::Contains("id 0"), Error);
}

TEST_CASE("every rank finds the row of every id, and none of an id that is not there") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<std::uint64_t> sorted = all_ids(1000);
  const RowOrder order{comm, deal(comm, sorted, 7), 16};
  std::ranges::sort(sorted);
  std::vector<std::uint64_t> asked = sorted;
  std::ranges::shuffle(asked, std::mt19937_64{static_cast<unsigned>(comm.rank())});
  asked.push_back(12345678901);
  const std::vector<std::uint32_t> rows = order.rows_of(asked);
  REQUIRE(rows.size() == asked.size());
  CHECK(rows.back() == RowOrder::no_row);
  for (std::size_t i = 0; i + 1 < asked.size(); ++i) CHECK(sorted[rows[i]] == asked[i]);
}

TEST_CASE("edges come out in the order of their ends with the ends' rows, those of no actor left out") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<std::uint64_t> sorted = all_ids(500);
  std::ranges::sort(sorted);
  const RowOrder order{comm, deal(comm, sorted, 7), 16};
  std::vector<SnapshotEdge> all = line_of(sorted);
  all.push_back({sorted[0], UINT64_MAX, 9});
  const OrderedEdges edges = order_edges(comm, order, deal(comm, all, 3), UINT64_MAX);
  CHECK(edges.total == 499);
  const auto ids = gather<std::array<std::uint64_t, 2>>(comm, edges.ids);
  const auto rows = gather<std::array<std::uint32_t, 2>>(comm, edges.rows);
  const auto weights = gather<float>(comm, edges.weight);
  REQUIRE(ids.size() == 499);
  for (std::uint32_t i = 0; i < 499; ++i) {
    CHECK(ids[i] == std::array{sorted[i], sorted[i + 1]});
    CHECK(rows[i] == std::array{i, i + 1});
    CHECK(weights[i] == all[i].weight);
  }
}

TEST_CASE("of too many edges the heaviest stay, the same ones whoever has them, and as many as may") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<std::uint64_t> sorted = all_ids(1000);
  std::ranges::sort(sorted);
  const RowOrder order{comm, deal(comm, sorted, 7), 16};
  std::vector<std::array<std::uint64_t, 2>> first;
  for (const unsigned seed : {1, 2}) {
    // 200 edges have weight 4, and 200 have 3: some of these.
    const OrderedEdges edges = order_edges(comm, order, deal(comm, line_of(sorted), seed), 300);
    CHECK(edges.total == 300);
    const auto weights = gather<float>(comm, edges.weight);
    CHECK(std::ranges::count_if(weights, [](float w) { return std::abs(w) == 4; }) == 200);
    CHECK(std::ranges::count_if(weights, [](float w) { return std::abs(w) == 3; }) == 100);
    const auto ids = gather<std::array<std::uint64_t, 2>>(comm, edges.ids);
    if (seed == 1) first = ids;
    CHECK(ids == first);
  }
}
