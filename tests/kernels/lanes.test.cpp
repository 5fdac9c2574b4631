#include <array>
#include <numeric>

#include <doctest/doctest.h>

#include <circo/kernels/lanes_memory.hpp>

using namespace circo::kernels::detail;

namespace {

/// 0, 1, 2 .. after `first`.
template <int N>
std::array<float, N> counted(float first = 0) {
  std::array<float, N> values{};
  std::iota(values.begin(), values.end(), first);
  return values;
}
template <int N>
std::array<float, N> stored(const Lanes<N>& lanes) {
  std::array<float, N> values{};
  store<N>(lanes, values.data());
  return values;
}
template <int N>
Lanes<N> lanes_from(float first) {
  return load<N>(counted<N>(first).data());
}

template <int Count, int N>
void check_some() {
  // Behind the lanes asked for lies what must neither be read nor written.
  const std::array<float, Count> from = counted<Count>(1);
  const auto lanes = stored(load<N, Count>(from.data()));
  for (std::size_t k = 0; k < N; ++k) CHECK(lanes[k] == (k < Count ? from[k] : 0));
  auto to = counted<N>(100);
  store<Count>(lanes_from<N>(1), to.data());
  for (std::size_t k = 0; k < N; ++k) CHECK(to[k] == static_cast<float>(k < Count ? 1 + k : 100 + k));
}

template <int N>
void check_operators() {
  const auto a = lanes_from<N>(1), b = lanes_from<N>(10);
  const auto sums = stored(a + b), more = stored(a + 0.5F), differences = stored(a - b), products = stored(a * b),
             multiples = stored(a * 3.0F), quotients = stored(a / b), rooted = stored(roots(a * a));
  for (int k = 0; k < N; ++k) {
    const auto x = static_cast<float>(1 + k), y = static_cast<float>(10 + k);
    CHECK(sums[k] == x + y);
    CHECK(more[k] == x + 0.5F);
    CHECK(differences[k] == x - y);
    CHECK(products[k] == x * y);
    CHECK(multiples[k] == x * 3);
    CHECK(quotients[k] == x / y);
    CHECK(rooted[k] == x);
  }
}

template <int N>
void check_places() {
  const auto a = lanes_from<N>(0), b = lanes_from<N>(100);
  const auto mixed = stored(fours<3, 0, 5, 6>(a, b));
  for (int k = 0; k < N; k += 4)
    CHECK(std::array{mixed[k], mixed[k + 1], mixed[k + 2], mixed[k + 3]} ==
          std::array{k + 3.0F, k + 0.0F, 100 + k + 1.0F, 100 + k + 2.0F});
  if constexpr (N > 4) {
    const auto swapped = stored(fours_swapped(a));
    for (int k = 0; k < N; ++k) CHECK(swapped[k] == static_cast<float>(k ^ 4));
    const auto sums = stored(sum_of_halves(a));
    constexpr int half = N / 2;
    for (int k = 0; k < half; ++k) CHECK(sums[k] == static_cast<float>(k + k + half));
  }
  if constexpr (N < 16) {
    const auto both = stored(side_by_side(a, b));
    for (int k = 0; k < N; ++k) {
      CHECK(both[k] == static_cast<float>(k));
      CHECK(both[N + k] == static_cast<float>(100 + k));
    }
  }
}

template <int N>
void check_gather() {
  constexpr auto from = [](int k) { return (k + k / 4) % 4; };
  const auto values = counted<N>(1);
  for (int left = -1; left < 6; ++left) {
    const auto lanes = stored(gather<N, from>(values.data(), left));
    for (int k = 0; k < N; ++k) CHECK(lanes[k] == (from(k) < left ? values[from(k)] : 0));
  }
}

}  // namespace

TEST_CASE("some lanes are read and written, and nothing behind them") {
  check_some<1, 4>();
  check_some<2, 4>();
  check_some<3, 4>();
  check_some<4, 4>();
  check_some<5, 8>();
  check_some<6, 8>();
  check_some<7, 8>();
  check_some<8, 8>();
  check_some<16, 16>();
}

TEST_CASE("operators work lane by lane") {
  check_operators<4>();
  check_operators<8>();
  check_operators<16>();
}

TEST_CASE("lanes change places as the names say") {
  check_places<4>();
  check_places<8>();
  check_places<16>();
}

TEST_CASE("values are gathered from the first four, and those that do not count are zero") {
  check_gather<8>();
  check_gather<16>();
}
