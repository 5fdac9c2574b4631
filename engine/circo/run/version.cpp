#include <Kokkos_Core.hpp>
#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>

#include <circo/run/build_info.hpp>
#include <circo/run/version.hpp>

namespace circo {

std::string_view version() { return CIRCO_VERSION; }
std::string_view git_hash() { return CIRCO_GIT_HASH; }

std::vector<std::pair<std::string, std::string>> built_with() {
  char library[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(library, &length);
  std::string mpi(library, static_cast<std::size_t>(length));
  mpi = mpi.substr(0, mpi.find_first_of(",\n"));
  return {{"compiler", fmt::format("{} {}", CIRCO_COMPILER, __VERSION__)},
          {"MPI", mpi},
          {"HDF5", fmt::format("{}.{}.{}", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE)},
          {"Kokkos", fmt::format("{}.{}.{} ({})", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100,
                                 KOKKOS_VERSION % 100, Kokkos::DefaultExecutionSpace::name())}};
}

std::string version_text() {
  std::string text = fmt::format("circo {} ({})\n", version(), git_hash());
  for (const auto& [what, which] : built_with()) text += fmt::format("{}: {}\n", what, which);
  return text;
}

}  // namespace circo
