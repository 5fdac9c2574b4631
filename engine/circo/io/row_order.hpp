#pragma once

#include <cstdint>
#include <vector>

#include <circo/actor/position.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// What a snapshot says about one actor. No padding, so that it travels as bytes.
struct SnapshotRow {
  std::uint64_t id = 0;  // Addr::bits()
  Position position;
  float load = 0;
  std::uint32_t scheduler = 0;
  std::int16_t species = 0;
  std::int16_t unused = 0;
};

/// Rows `first` .. `first + rows.size() - 1` of the `total` rows of all ranks, in the order of id.
struct OrderedRows {
  std::vector<SnapshotRow> rows;
  std::uint64_t first = 0;
  std::uint64_t total = 0;
};

/// *Collective.* Sorts the rows of all ranks by id and deals them out in rank order, in equal shares that are multiples
/// of `block` rows (the last ones less): a rank's share begins at a multiple of `block`, whoever had the rows before.
/// The splitting ids are found exactly, by bisection of the id space with one small global sum a bit, so shares are
/// equal however ids are distributed. Memory: two copies of a share, plus O(ranks). Throws Error, on every rank, when
/// an id is 0 or comes twice.
OrderedRows order_by_id(const Communicator& comm, std::vector<SnapshotRow> rows, std::uint64_t block);

}  // namespace circo
