#include <cstdlib>
#include <stdexcept>

#include <Kokkos_Core.hpp>

#include <circo/kernels/runtime.hpp>

namespace circo::kernels {
namespace {

bool ended = false;

bool start() {
  if (Kokkos::is_initialized()) return false;
  if (ended) throw std::logic_error("Kokkos has ended and cannot start again; hold one kernels::Runtime in main()");
  Kokkos::initialize();
  return true;
}

void end() {
  if (!Kokkos::is_initialized()) return;
  Kokkos::finalize();
  ended = true;
}

}  // namespace

Runtime::Runtime() : owner_(start()) {}

Runtime::~Runtime() {
  if (owner_) end();
}

void Runtime::for_process() {
  if (start()) std::atexit(end);
}

}  // namespace circo::kernels
