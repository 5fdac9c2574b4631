#pragma once

#include <string>
#include <utility>
#include <vector>

#include <circo/transport/mpi.hpp>

namespace circo {

/// What must be the same on all ranks, as names and values in an order of their own: {"--seed", "1"}.
using Traits = std::vector<std::pair<std::string, std::string>>;

/// *Collective.* Throws Error on all ranks when the traits of any rank differ from those of rank 0, saying which rank
/// is the first, in what it differs, and `remedy`. Costs one MPI_Allreduce of 16 bytes when all are the same.
void require_same(const Communicator& world, const Traits& mine, const std::string& remedy);

/// How a rank was started: program (version, commit, `models`), folder and arguments. Options with their values are one
/// trait.
Traits traits_of_start(const std::vector<std::string>& args, const std::string& models);

}  // namespace circo
