#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include <circo/actor/random.hpp>
#include <circo/transport/mpi.hpp>

namespace circo::bench {

// A random walk of `hops` steps in 64 bits: 16 bits steps left, 48 bits of random place.
constexpr std::uint64_t place_mask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t first_step(std::uint64_t seed, std::uint64_t hops) {
  return hops << 48 | (mix(seed) & place_mask);
}
/// 0 at the end of the walk.
constexpr std::uint64_t next_step(std::uint64_t walk) {
  const std::uint64_t left = (walk >> 48) - 1;
  return left == 0 ? 0 : left << 48 | (mix(walk) & place_mask);
}
constexpr std::uint32_t rank_of(std::uint64_t walk, std::uint32_t ranks) {
  return static_cast<std::uint32_t>(walk & 0xFFFF) % ranks;
}
constexpr std::uint32_t index_of(std::uint64_t walk, std::uint32_t n) {
  return static_cast<std::uint32_t>(below(walk << 16, n));
}

/// Random updates of a table by hand: bulk-synchronous steps over MPI_Neighbor_alltoallv, records with the bytes of the
/// engine's, one buffer a rank, one table of counters.
template <std::size_t body>
class UpdateFloor {
 public:
  UpdateFloor(const Communicator& world, std::uint32_t n)
      : world_{world}, ranks_{static_cast<std::uint32_t>(world.size())}, table_(n), out_(ranks_) {
    std::vector<int> all(ranks_);
    for (std::uint32_t i = 0; i < ranks_; ++i) all[i] = static_cast<int>(i);
    MPI_Comm graph;
    mpi_check(MPI_Dist_graph_create_adjacent(world.get(), world.size(), all.data(), MPI_UNWEIGHTED, world.size(),
                                             all.data(), MPI_UNWEIGHTED, MPI_INFO_NULL, 0, &graph));
    graph_ = Communicator{graph};
  }

  void run(std::uint64_t hops) {
    in_.clear();
    const auto me = static_cast<std::uint64_t>(world_.rank());
    for (std::uint64_t i = 0; i < table_.size(); ++i) {
      Record record{i, me, sizeof(Record), 0, {}};
      record.words[0] = first_step(me * table_.size() + i, hops);
      in_.push_back(record);
    }
    for (; hops > 0; --hops) {
      for (const Record& record : in_) {
        ++table_[record.to];
        const std::uint64_t walk = next_step(record.words[0]);
        if (walk == 0) continue;
        Record& next = out_[rank_of(walk, ranks_)].emplace_back(record);
        next.to = index_of(walk, static_cast<std::uint32_t>(table_.size()));
        next.from = record.to;
        next.words[0] = walk;
      }
      exchange();
    }
  }

  std::uint64_t all_updates() const {
    std::int64_t sum = 0;
    for (const std::uint64_t updates : table_) sum += static_cast<std::int64_t>(updates);
    return static_cast<std::uint64_t>(world_.sum(sum));
  }

 private:
  struct Record {
    std::uint64_t to, from;
    std::uint32_t size, type;
    std::array<std::uint64_t, body / 8> words;
  };

  void exchange() {
    if (ranks_ == 1) {
      in_.swap(out_[0]);
      out_[0].clear();
      return;
    }
    std::vector<int> sends(ranks_), receives(ranks_), send_at(ranks_), receive_at(ranks_);
    packed_.clear();
    for (std::uint32_t i = 0; i < ranks_; ++i) {
      send_at[i] = static_cast<int>(packed_.size() * sizeof(Record));
      sends[i] = static_cast<int>(out_[i].size() * sizeof(Record));
      packed_.insert(packed_.end(), out_[i].begin(), out_[i].end());
      out_[i].clear();
    }
    mpi_check(MPI_Neighbor_alltoall(sends.data(), 1, MPI_INT, receives.data(), 1, MPI_INT, graph_.get()));
    int total = 0;
    for (std::uint32_t i = 0; i < ranks_; ++i) {
      receive_at[i] = total;
      total += receives[i];
    }
    in_.resize(static_cast<std::size_t>(total) / sizeof(Record));
    mpi_check(MPI_Neighbor_alltoallv(packed_.data(), sends.data(), send_at.data(), MPI_BYTE, in_.data(),
                                     receives.data(), receive_at.data(), MPI_BYTE, graph_.get()));
  }

  const Communicator& world_;
  std::uint32_t ranks_;
  std::vector<std::uint64_t> table_;
  std::vector<std::vector<Record>> out_;
  std::vector<Record> in_, packed_;
  Communicator graph_;
};

}  // namespace circo::bench
