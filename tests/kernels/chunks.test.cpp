#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/chunks.hpp>

using namespace circo::kernels;

TEST_CASE_FIXTURE(testing::WithKokkos, "chunks start with each segment and cover every row once") {
  const std::vector<Index> offsets{0, 3, 3, 3 + chunk_rows, 4 + 2 * chunk_rows, 4 + 4 * chunk_rows};
  const Chunks chunks(offsets);
  const auto bounds = to_host(chunks.bounds());
  CHECK(chunks.n_rows() == offsets.back());
  CHECK(bounds.size() == 2 * chunks.size());
  Index row = 0;
  std::vector<Index> starts;
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    CHECK(bounds[2 * c] == row);
    row = bounds[2 * c + 1];
    CHECK(row - bounds[2 * c] <= chunk_rows);
    starts.push_back(bounds[2 * c]);
  }
  CHECK(row == chunks.n_rows());
  for (const auto offset : offsets) CHECK((offset == row || std::ranges::count(starts, offset) == 1));
}

TEST_CASE_FIXTURE(testing::WithKokkos, "no segments, and empty ones, have no chunks") {
  CHECK(Chunks().size() == 0);
  CHECK(Chunks(std::vector<Index>{}).size() == 0);
  CHECK(Chunks(std::vector<Index>{0, 0, 0}).size() == 0);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "offsets that do not ascend from 0 are refused") {
  CHECK_THROWS_AS(Chunks(std::vector<Index>{1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(Chunks(std::vector<Index>{0, 2, 1}), std::invalid_argument);
}
