#pragma once

#include <string>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* `circo partition`: divides a graph on rank 0 with a partitioner, which sees it whole, and prints cut
/// and imbalance as JSON. Throws Usage, or Error on all ranks alike.
void partition_command(const std::vector<std::string>& args, const Communicator& world);

}  // namespace circo
