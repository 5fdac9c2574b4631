#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <circo/defaults.hpp>
#include <circo/graph/graph.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* Rank 0 of `comm` loads the graph (load_graph: reads or makes, and validates it) and every rank gets a
/// copy of the whole: O(vertices + edges) memory a rank. `file_or_spec` and `seed` count on rank 0; `piece_bytes`, from
/// 1 to INT_MAX, is what one broadcast carries at most, the same everywhere. Throws circo::Error with the same text on
/// every rank when rank 0 cannot load it, or some rank cannot hold it; the communicator stays usable.
Graph share_graph(const Communicator& comm, std::string_view file_or_spec, std::uint64_t seed,
                  std::size_t piece_bytes = defaults::transfer_bytes);

/// *Collective.* The same for a graph that rank 0 has; the argument of the others is not looked at. It is not
/// validated.
Graph broadcast_graph(const Communicator& comm, Graph graph, std::size_t piece_bytes = defaults::transfer_bytes);

}  // namespace circo
