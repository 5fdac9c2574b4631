#include <limits>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/nearest_site.hpp>

using namespace circo::kernels;

namespace {

/// The definition, in the arithmetic of the kernel: floats, one dimension after another.
std::vector<std::uint32_t> naive_owners(const std::vector<float>& x, const std::vector<float>& scale,
                                        const Sites& sites) {
  const std::size_t d = scale.size();
  std::vector<std::uint32_t> owners;
  for (std::size_t i = 0; i < x.size() / d; ++i) {
    float best = std::numeric_limits<float>::infinity();
    std::uint32_t owner = no_label;
    for (std::size_t r = 0; r < sites.size(); ++r) {
      float square = 0;
      for (std::size_t a = 0; a < d; ++a) {
        // volatile: these tests may be compiled with fused multiply-adds, the kernels are not
        const volatile float y = x[i * d + a] * scale[a], q = sites.positions[r * d + a] * scale[a];
        const volatile float gap = y - q;
        const volatile float gap_square = gap * gap;
        square += gap_square;
      }
      const float distance = square * sites.influences[r];
      if (distance < best) {
        best = distance;
        owner = static_cast<std::uint32_t>(r);
      }
    }
    owners.push_back(owner);
  }
  return owners;
}

std::vector<std::uint32_t> owners_of(const std::vector<Index>& segments, const std::vector<float>& x,
                                     const std::vector<float>& scale, const Sites& sites) {
  const Labels owners("owners", x.size() / scale.size());
  nearest_site(Chunks(segments), to_device_rows(x, scale.size()), scale, sites, owners);
  return to_host(owners);
}

Sites random_sites(std::size_t p, std::size_t d, unsigned seed) {
  return {.dimension = static_cast<int>(d),
          .positions = testing::normal_values(p * d, seed),
          .influences = testing::random_values(p, seed + 1, 0.5f, 2)};
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "owners equal an exhaustive search, for any number of sites and dimension") {
  const Index n = 600;
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(n * d, 1);
    const auto scale = testing::random_values(d, 2, 0.1f, 1);
    for (const std::size_t p : {1, 2, 15, 16, 17, 100, 700}) {
      const Sites sites = random_sites(p, d, 3);
      CHECK(owners_of({0, 100, 100, n}, x, scale, sites) == naive_owners(x, scale, sites));
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "owners equal an exhaustive search when actors are sorted by place") {
  const std::size_t d = 2, side = 64;
  std::vector<float> x;
  std::vector<Index> segments{0};
  for (std::size_t block = 0; block < side; ++block) {
    for (std::size_t k = 0; k < side; ++k) {
      x.push_back(static_cast<float>(block / 8 * 8 + k / 8));
      x.push_back(static_cast<float>(block % 8 * 8 + k % 8));
    }
    segments.push_back(static_cast<Index>(x.size() / d));
  }
  Sites sites = random_sites(4096, d, 5);
  for (float& place : sites.positions) place = 32 + 16 * place;
  CHECK(owners_of(segments, x, {1, 1}, sites) == naive_owners(x, {1, 1}, sites));
}

TEST_CASE_FIXTURE(testing::WithKokkos, "of equally near sites the lowest number wins") {
  Sites sites{.dimension = 2, .positions = {}, .influences = std::vector<float>(40, 1)};
  for (int r = 0; r < 40; ++r) {
    sites.positions.push_back(r % 2 == 0 ? 1.0f : -1.0f);
    sites.positions.push_back(0);
  }
  CHECK(owners_of({0, 3}, {0, 0, -1, 0, 1, 5}, {1, 1}, sites) == std::vector<std::uint32_t>{0, 1, 0});
  std::ranges::fill(sites.positions, 2.0f);
  CHECK(owners_of({0, 2}, {2, 2, 7, 7}, {1, 1}, sites) == std::vector<std::uint32_t>{0, 0});
}

TEST_CASE_FIXTURE(testing::WithKokkos, "a dimension with scale 0 does not count, and no actors have no owners") {
  const Sites sites{.dimension = 2, .positions = {0, 100, 1, 0}, .influences = {1, 1}};
  CHECK(owners_of({0, 1}, {0.1f, 0}, {1, 0}, sites) == std::vector<std::uint32_t>{0});
  CHECK(owners_of({0, 1}, {0.1f, 0}, {1, 1}, sites) == std::vector<std::uint32_t>{1});
  CHECK(owners_of({0, 0}, {}, {1, 1}, sites).empty());
}

TEST_CASE_FIXTURE(testing::WithKokkos, "what is no number raises an error, and so does a space without sites") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const Sites one{.dimension = 1, .positions = {0}, .influences = {1}};
  for (const float bad : {nan, infinity}) {
    CHECK_THROWS_AS(owners_of({0, 2}, {0, bad}, {1}, one), NumericalError);
    CHECK_THROWS_AS(owners_of({0, 1}, {0}, {bad}, one), NumericalError);
    CHECK_THROWS_AS(owners_of({0, 1}, {0}, {1}, {.dimension = 1, .positions = {bad}, .influences = {1}}),
                    NumericalError);
    CHECK_THROWS_AS(owners_of({0, 1}, {0}, {1}, {.dimension = 1, .positions = {0}, .influences = {bad}}),
                    NumericalError);
  }
  CHECK_THROWS_AS(owners_of({0, 1}, {0}, {1}, {.dimension = 1, .positions = {0}, .influences = {0}}), NumericalError);
  CHECK_THROWS_AS(owners_of({0, 1}, {0}, {1}, {.dimension = 1, .positions = {}, .influences = {}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(owners_of({0, 1}, {0, 0}, {1, 1}, one), std::invalid_argument);
}
