#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdlib>

#include <doctest/doctest.h>

#include <circo/transport/mpi.hpp>

/// Runs the tests of one file on every rank; a rank whose checks fail ends all with a non-zero code. CHECKs may differ
/// from rank to rank, collective calls must not.
int main(int argc, char** argv) {
  circo::MpiEnvironment mpi;
  int rank = 0;
  circo::mpi_check(MPI_Comm_rank(MPI_COMM_WORLD, &rank));
  doctest::Context context(argc, argv);
  if (rank != 0) context.setOption("no-intro", true);
  if (rank != 0) context.setOption("minimal", true);
  int failed = context.run();
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return failed;
}
