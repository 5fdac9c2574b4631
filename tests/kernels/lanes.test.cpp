#include <array>
#include <cmath>
#include <limits>
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
    const auto sums = stored(sum_of_halves(a));
    constexpr int half = N / 2;
    const auto first = stored(circo::kernels::detail::half<0>(a)), second = stored(circo::kernels::detail::half<1>(a));
    for (int k = 0; k < half; ++k) {
      CHECK(sums[k] == static_cast<float>(k + k + half));
      CHECK(first[k] == static_cast<float>(k));
      CHECK(second[k] == static_cast<float>(half + k));
    }
  }
  if constexpr (N < 16) {
    const auto both = stored(side_by_side(a, b));
    for (int k = 0; k < N; ++k) {
      CHECK(both[k] == static_cast<float>(k));
      CHECK(both[N + k] == static_cast<float>(100 + k));
    }
  }
}

template <int N, int Width, int Count, int S>
void check_turned() {
  const auto turned = stored(circo::kernels::detail::turned<Width, Count, S>(lanes_from<N>(0)));
  for (int k = 0; k < N; ++k) {
    const int lane = k % Width;
    CHECK(turned[k] == static_cast<float>(lane < Count ? k - lane + (lane + S) % Count : k));
  }
}

template <int N>
void check_spread() {
  const auto lanes = stored(spread<N, 3, 1>(lanes_from<4>(0)));
  for (int k = 0; k < N; ++k) CHECK(lanes[k] == (k < N / 2 ? 3 : 1));
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

TEST_CASE("the first lanes of each group turn round") {
  check_turned<8, 4, 4, 0>();
  check_turned<8, 4, 4, 1>();
  check_turned<8, 4, 3, 2>();
  check_turned<8, 4, 1, 0>();
  check_turned<16, 8, 8, 4>();
  check_turned<16, 8, 8, 7>();
  check_turned<16, 8, 5, 3>();
  check_turned<16, 8, 6, 5>();
}

TEST_CASE("two of four lanes are spread over the halves") {
  check_spread<8>();
  check_spread<16>();
}

TEST_CASE("of four lanes those that do not count are zero, whatever they hold") {
  std::array<float, 4> values = counted<4>(1);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  for (int left = 0; left < 7; ++left) {
    const auto lanes = stored(up_to(left, load<4>(values.data())));
    for (int k = 0; k < 3; ++k) CHECK(lanes[k] == (k < left ? values[k] : 0));
    CHECK((left > 3 ? std::isnan(lanes[3]) : lanes[3] == 0));
  }
}

TEST_CASE("sixteen numbers are within a range or not") {
  std::array<std::uint32_t, 16> numbers{};
  std::iota(numbers.begin(), numbers.end(), 100U);
  CHECK(all_within(numbers.data(), 100, 16));
  CHECK(all_within(numbers.data(), 50, 1000));
  CHECK_FALSE(all_within(numbers.data(), 101, 1000));
  CHECK_FALSE(all_within(numbers.data(), 100, 15));
  CHECK_FALSE(all_within(numbers.data(), 100, 0));
  for (auto& number : numbers) {
    const auto was = number;
    number = 0xffffffffU;
    CHECK_FALSE(all_within(numbers.data(), 100, 16));
    number = was;
  }
}
