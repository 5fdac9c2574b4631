#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>
#include <mpi.h>

namespace circo::test {

/// *Collective.* The seed of a property test, the same on every rank and a new one each run. It is printed;
/// CIRCO_TEST_SEED=N repeats a run that failed.
inline std::uint64_t test_seed() {
  const char* given = std::getenv("CIRCO_TEST_SEED");
  std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  MPI_Bcast(&seed, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) MESSAGE("CIRCO_TEST_SEED=" << seed);
  return seed;
}

}  // namespace circo::test
