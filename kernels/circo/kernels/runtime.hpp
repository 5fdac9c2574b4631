#pragma once

namespace circo::kernels {

/// Kokkos, started at most once in a process: by whoever asks first, or by the host program itself.
///
/// Kokkos cannot start again after it ended, so a scope that may come back (a test case, the circo command in a host
/// program) uses for_process(), and only main() holds an object. All views must be gone before Kokkos ends.
class Runtime {
 public:
  /// Starts Kokkos unless it runs. Threads and devices come from the environment (OMP_NUM_THREADS,
  /// KOKKOS_NUM_THREADS). Throws std::logic_error if a Runtime has already ended it.
  Runtime();
  /// Ends Kokkos if this object started it.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Starts Kokkos unless it runs; it ends when the process exits.
  static void for_process();

 private:
  bool owner_ = false;
};

}  // namespace circo::kernels
