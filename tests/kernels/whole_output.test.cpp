#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/whole_output.hpp>

using namespace circo::kernels;

namespace {

/// What lies in an array of 131 values after blocks of 32 and a rest were written from place `from` on.
std::vector<float> written(std::size_t from, std::size_t cache) {
  const Values all("all", from + 131);
  const Kokkos::View<float*, Memory, Kokkos::MemoryUnmanaged> values(all.data() + from, 131);
  const detail::WholeOutput output(values, cache);
  std::vector<float> expected(131);
  std::iota(expected.begin(), expected.end(), 1.0F);
  for (std::size_t first = 0; first < 128; first += 32) output.write<32>(first, expected.data() + first);
  output.write(128, expected.data() + 128, 3);
  return {values.data(), values.data() + 131};
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos,
                  "a whole output holds what was written, through the caches or past them, wherever it begins") {
  std::vector<float> expected(131);
  std::iota(expected.begin(), expected.end(), 1.0F);
  for (const std::size_t from : {0, 1, 4, 16})
    for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 40}) CHECK(written(from, cache) == expected);
}
