#include <algorithm>
#include <climits>
#include <numeric>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/row_order.hpp>

namespace circo {

namespace {

static_assert(sizeof(SnapshotRow) == 32, "no padding");
static_assert(std::is_trivially_copyable_v<SnapshotRow>);

void sort_by_id(std::vector<SnapshotRow>& rows) {
  if (!std::ranges::is_sorted(rows, {}, &SnapshotRow::id)) std::ranges::sort(rows, {}, &SnapshotRow::id);
}

/// How many of the sorted `rows` have an id below `bound`.
std::int64_t count_below(const std::vector<SnapshotRow>& rows, std::uint64_t bound) {
  return std::ranges::lower_bound(rows, bound, {}, &SnapshotRow::id) - rows.begin();
}

/// For each target the least id below which at least so many of all ranks' rows lie. *Collective.*
std::vector<std::uint64_t> find_splitters(const Communicator& comm, const std::vector<SnapshotRow>& rows,
                                          const std::vector<std::int64_t>& targets) {
  std::vector<std::uint64_t> low(targets.size(), 0), high(targets.size(), UINT64_MAX);
  std::vector<std::int64_t> below(targets.size());
  const auto middle = [&](std::size_t i) { return low[i] + (high[i] - low[i]) / 2; };
  while (low != high) {
    for (std::size_t i = 0; i < targets.size(); ++i) below[i] = count_below(rows, middle(i));
    comm.sum(below);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (low[i] == high[i]) continue;
      const std::uint64_t tried = middle(i);
      if (below[i] >= targets[i]) {
        high[i] = tried;
      } else {
        low[i] = tried + 1;
      }
    }
  }
  return low;
}

/// Sends rows to rank r up to the r-th splitter, from there to the next rank. *Collective.*
std::vector<SnapshotRow> deal_out(const Communicator& comm, const std::vector<SnapshotRow>& rows,
                                  const std::vector<std::uint64_t>& splitters) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  std::vector<int> send_offsets(ranks + 1, 0), send_counts(ranks), counts(ranks), offsets(ranks);
  for (std::size_t r = 1; r < ranks; ++r) send_offsets[r] = static_cast<int>(count_below(rows, splitters[r - 1]));
  send_offsets[ranks] = static_cast<int>(rows.size());
  for (std::size_t r = 0; r < ranks; ++r) send_counts[r] = send_offsets[r + 1] - send_offsets[r];
  mpi_check(MPI_Alltoall(send_counts.data(), 1, MPI_INT, counts.data(), 1, MPI_INT, comm.get()));
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::vector<SnapshotRow> received(static_cast<std::size_t>(offsets.back()) + static_cast<std::size_t>(counts.back()));
  // Counted in rows, not bytes, an int reaches to 64 GiB a rank.
  MPI_Datatype row_type;
  mpi_check(MPI_Type_contiguous(sizeof(SnapshotRow), MPI_BYTE, &row_type));
  mpi_check(MPI_Type_commit(&row_type));
  mpi_check(MPI_Alltoallv(rows.data(), send_counts.data(), send_offsets.data(), row_type, received.data(),
                          counts.data(), offsets.data(), row_type, comm.get()));
  mpi_check(MPI_Type_free(&row_type));
  return received;
}

/// What is wrong with the sorted `rows`, if anything.
std::optional<std::string> complaint_about(const std::vector<SnapshotRow>& rows) {
  if (!rows.empty() && rows.front().id == 0) return "an actor has the id 0, which stands for no actor";
  const auto twice = std::ranges::adjacent_find(rows, {}, &SnapshotRow::id);
  if (twice != rows.end()) return fmt::format("two actors have the id {:#x}; expected unique ids", twice->id);
  if (rows.size() > INT_MAX)
    return fmt::format("{} actors on one rank; expected under 2^31: use more ranks", rows.size());
  return std::nullopt;
}

}  // namespace

OrderedRows order_by_id(const Communicator& comm, std::vector<SnapshotRow> rows, std::uint64_t block) {
  sort_by_id(rows);
  comm.agree(complaint_about(rows));
  const std::int64_t total = comm.sum(static_cast<std::int64_t>(rows.size()));
  if (comm.size() == 1) return {std::move(rows), 0, static_cast<std::uint64_t>(total)};

  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const std::uint64_t blocks = (static_cast<std::uint64_t>(total) + block - 1) / block;
  const auto share = static_cast<std::int64_t>((blocks + ranks - 1) / ranks * block);
  std::vector<std::int64_t> targets(ranks - 1);
  for (std::size_t r = 0; r < targets.size(); ++r)
    targets[r] = std::min((static_cast<std::int64_t>(r) + 1) * share, total);

  std::vector<SnapshotRow> mine = deal_out(comm, rows, find_splitters(comm, rows, targets));
  rows = {};
  sort_by_id(mine);
  comm.agree(complaint_about(mine));
  std::int64_t first = 0;
  const auto count = static_cast<std::int64_t>(mine.size());
  mpi_check(MPI_Exscan(&count, &first, 1, MPI_INT64_T, MPI_SUM, comm.get()));
  if (comm.rank() == 0) first = 0;
  return {std::move(mine), static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(total)};
}

}  // namespace circo
