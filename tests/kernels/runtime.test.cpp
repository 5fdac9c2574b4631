#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/views.hpp>

using namespace circo::kernels;

TEST_CASE("Kokkos runs for the process, and a scope inside does not end it") {
  Runtime::for_process();
  CHECK(Kokkos::is_initialized());
  { const Runtime inner; }
  CHECK(Kokkos::is_initialized());
  Runtime::for_process();
  CHECK(Kokkos::is_initialized());
}

TEST_CASE_FIXTURE(testing::WithKokkos, "arrays go to the device and back") {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  CHECK(to_host(to_device(values)) == values);
  const Rows rows = to_device_rows(values, 3);
  CHECK(rows.extent(0) == 2);
  CHECK(rows.extent(1) == 3);
  CHECK(to_host(rows) == values);
  CHECK(to_host(to_device(std::vector<std::uint64_t>{})).empty());
}
