#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <circo/error.hpp>
#include <circo/io/row_order.hpp>

using namespace circo;

namespace {

/// `count` rows whose ids are far apart, close together and equal in their upper bits, dealt to the ranks at random.
std::vector<SnapshotRow> my_rows(const Communicator& comm, std::uint64_t count, unsigned seed) {
  std::mt19937_64 random{seed};
  std::vector<SnapshotRow> rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t id = i % 3 == 0 ? (i + 1) << 40 : i % 3 == 1 ? 1 + i : (std::uint64_t{7} << 50) + i;
    const bool is_mine = random() % static_cast<std::uint64_t>(comm.size()) == static_cast<std::uint64_t>(comm.rank());
    if (is_mine) rows.push_back({id, {static_cast<float>(i), 0, 0}, 0, 0, 0, 0});
  }
  std::ranges::shuffle(rows, random);
  return rows;
}

}  // namespace

TEST_CASE("rows come out in the order of id over all ranks, in shares of whole blocks, whoever had them") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  for (const std::uint64_t count : {0, 1, 2, 5, 100, 1000, 20000}) {
    for (const std::uint64_t block : {1, 64, 4096}) {
      CAPTURE(count);
      CAPTURE(block);
      const OrderedRows ordered = order_by_id(comm, my_rows(comm, count, 5), block);
      CHECK(ordered.total == count);
      CHECK(std::ranges::is_sorted(ordered.rows, {}, &SnapshotRow::id));
      CHECK((ordered.rows.empty() || ordered.first % block == 0));
      const std::uint64_t blocks = (count + block - 1) / block;
      const auto ranks = static_cast<std::uint64_t>(comm.size());
      CHECK(ordered.rows.size() <= (blocks + ranks - 1) / ranks * block);
      CHECK(comm.sum(static_cast<std::int64_t>(ordered.rows.size())) == static_cast<std::int64_t>(count));

      // The last id of each rank, gathered in rank order, must not pass the first of the next.
      const std::uint64_t ends[2] = {ordered.rows.empty() ? 0 : ordered.rows.front().id,
                                     ordered.rows.empty() ? 0 : ordered.rows.back().id};
      const auto all = comm.gather_all(std::as_bytes(std::span{ends}));
      std::uint64_t last = 0;
      for (std::size_t r = 0; r < ranks; ++r) {
        std::uint64_t theirs[2];
        std::memcpy(theirs, all.data() + r * sizeof theirs, sizeof theirs);
        if (theirs[0] == 0) continue;
        CHECK(theirs[0] > last);
        last = theirs[1];
      }
    }
  }
}

TEST_CASE("an id that comes twice, even on two ranks, is an error on every rank") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<SnapshotRow> rows = my_rows(comm, 1000, 5);
  if (comm.rank() == comm.size() - 1) rows.push_back({std::uint64_t{1} << 40, {}, 0, 0, 0, 0});
  CHECK_THROWS_WITH_AS(order_by_id(comm, rows, 64), doctest::Contains("two actors have the id 0x10000000000"), Error);
}

TEST_CASE("the id 0 is an error on every rank") {
  const Communicator comm = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<SnapshotRow> rows;
  if (comm.rank() == comm.size() - 1) rows.push_back({});
  CHECK_THROWS_WITH_AS(order_by_id(comm, rows, 64), doctest::Contains("id 0"), Error);
}
