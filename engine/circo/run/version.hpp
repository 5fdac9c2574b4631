#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace circo {

/// "0.1.0".
std::string_view version();
/// Commit that this was built from, with "+" when the tree had changes; "unknown" outside git.
std::string_view git_hash();
/// Compiler, MPI, HDF5, Kokkos and their versions.
std::vector<std::pair<std::string, std::string>> built_with();
/// A paragraph: version, commit, compiler, MPI, HDF5, Kokkos.
std::string version_text();

}  // namespace circo
