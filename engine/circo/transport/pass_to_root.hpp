#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <circo/error.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* Calls `take(rank, bytes)` on rank 0 with what each rank gives, in rank order, in pieces of at most 64
/// KiB, so that rank 0 never holds more; at least one piece per rank, the last one not full. When `take` throws, the
/// remaining pieces are dropped, as the other ranks wait to be rid of them. Returns what it said.
template <class Take>
std::optional<std::string> pass_to_root(const Communicator& world, std::span<const std::byte> mine, Take&& take) {
  constexpr std::size_t piece_bytes = 1 << 16;
  constexpr int tag = 2;
  const auto pieces = [&](std::span<const std::byte> all, auto&& use) {
    for (std::size_t at = 0; at <= all.size(); at += piece_bytes)
      use(all.subspan(at, std::min(all.size() - at, piece_bytes)));
  };
  std::optional<std::string> failure;
  if (world.rank() != 0) {
    pieces(mine, [&](std::span<const std::byte> piece) {
      mpi_check(MPI_Send(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, 0, tag, world.get()));
    });
    return failure;
  }
  const auto give = [&](int rank, std::span<const std::byte> piece) {
    if (failure) return;
    try {
      take(rank, piece);
    } catch (...) {
      failure = what_of(std::current_exception());
    }
  };
  pieces(mine, [&](std::span<const std::byte> piece) { give(0, piece); });
  std::vector<std::byte> piece(piece_bytes);
  for (int from = 1; from < world.size(); ++from) {
    for (std::size_t bytes = piece_bytes; bytes == piece_bytes;) {
      MPI_Status status;
      int count = 0;
      mpi_check(MPI_Recv(piece.data(), static_cast<int>(piece_bytes), MPI_BYTE, from, tag, world.get(), &status));
      mpi_check(MPI_Get_count(&status, MPI_BYTE, &count));
      bytes = static_cast<std::size_t>(count);
      give(from, std::span{piece}.first(bytes));
    }
  }
  return failure;
}

}  // namespace circo
