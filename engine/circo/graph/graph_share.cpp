#include <algorithm>
#include <array>
#include <climits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/generators.hpp>
#include <circo/graph/graph_share.hpp>

namespace circo {

namespace {

/// Collective. Rank 0's values, in pieces, as MPI's counts are int.
template <class T>
void broadcast(const Communicator& comm, std::vector<T>& values, std::size_t piece_bytes) {
  auto* const bytes = reinterpret_cast<std::byte*>(values.data());
  const std::size_t total = values.size() * sizeof(T);
  for (std::size_t at = 0; at < total; at += piece_bytes) {
    const auto count = static_cast<int>(std::min(piece_bytes, total - at));
    mpi_check(MPI_Bcast(bytes + at, count, MPI_BYTE, 0, comm.get()));
  }
}

void check_piece(std::size_t piece_bytes) {
  if (piece_bytes < 1 || piece_bytes > INT_MAX) throw std::invalid_argument{"piece_bytes must be from 1 to INT_MAX"};
}

}  // namespace

Graph broadcast_graph(const Communicator& comm, Graph graph, std::size_t piece_bytes) {
  check_piece(piece_bytes);
  std::array<std::uint64_t, 5> shape{graph.offsets.size(), graph.targets.size(), graph.weights.size(),
                                     graph.vertex_weights.size(), graph.directed ? 1u : 0u};
  mpi_check(MPI_Bcast(shape.data(), static_cast<int>(shape.size()), MPI_UINT64_T, 0, comm.get()));
  const auto [offsets, targets, weights, vertex_weights, directed] = shape;

  // A rank without memory must not leave the others waiting in the broadcasts below.
  std::optional<std::string> failure;
  if (comm.rank() != 0) {
    try {
      graph.offsets.resize(offsets);
      graph.targets.resize(targets);
      graph.weights.resize(weights);
      graph.vertex_weights.resize(vertex_weights);
    } catch (const std::bad_alloc&) {
      failure = fmt::format(
          "a graph of {} vertices and {} arcs does not fit into memory; expected room for a copy on every rank; take "
          "fewer "
          "ranks a node or a smaller graph",
          offsets - 1, targets);
    }
  }
  comm.agree(failure);

  graph.directed = directed != 0;
  broadcast(comm, graph.offsets, piece_bytes);
  broadcast(comm, graph.targets, piece_bytes);
  broadcast(comm, graph.weights, piece_bytes);
  broadcast(comm, graph.vertex_weights, piece_bytes);
  return graph;
}

Graph share_graph(const Communicator& comm, std::string_view file_or_spec, std::uint64_t seed,
                  std::size_t piece_bytes) {
  check_piece(piece_bytes);
  Graph graph;
  std::string failure;
  if (comm.rank() == 0) {
    try {
      graph = load_graph(file_or_spec, seed);
    } catch (const std::exception& error) {
      failure = *error.what() != '\0' ? error.what() : fmt::format("{}: cannot be loaded", file_or_spec);
    }
  }
  // Not comm.agree, whose text names the rank: that the file was read by rank 0 is no news to the user.
  failure = comm.broadcast(failure, 0);
  if (!failure.empty()) throw Error{failure};
  return broadcast_graph(comm, std::move(graph), piece_bytes);
}

}  // namespace circo
