#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/pull.hpp>

using namespace circo::kernels;
using testing::Graph;

namespace {

std::vector<double> naive_pull(const Graph& graph, const std::vector<float>& x, std::size_t d,
                               const std::function<double(double)>& strength) {
  std::vector<double> f(graph.n() * d);
  for (Index i = 0; i < graph.n(); ++i) {
    double degree = 0;
    for (auto k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const Index j = graph.columns[k];
      double square = 0;
      for (std::size_t a = 0; a < d; ++a) square += std::pow(static_cast<double>(x[j * d + a]) - x[i * d + a], 2);
      degree += std::abs(graph.weights[k]);
      for (std::size_t a = 0; a < d; ++a) {
        f[i * d + a] += graph.weights[k] * strength(std::sqrt(square)) * (x[j * d + a] - x[i * d + a]);
      }
    }
    for (std::size_t a = 0; a < d; ++a) f[i * d + a] /= degree > 0 ? degree : 1;
  }
  return f;
}

Values degrees_of(const Csr& csr) {
  const Values result("degrees", csr.n_rows());
  degrees(csr, result);
  return result;
}

/// The force on actor i when it is the only one of its rank, and all others are ghosts. [d]
template <class Pull>
std::vector<float> force_alone(const Graph& graph, Index i, const std::vector<float>& x, std::size_t d, Pull&& of) {
  const auto part = [](const auto& values, std::size_t begin, std::size_t end) {
    const auto all = std::span{values}.subspan(begin, end - begin);
    return std::vector(all.begin(), all.end());
  };
  const auto begin = graph.offsets[i], end = graph.offsets[i + 1];
  Graph row{{0, end - begin}, {}, part(graph.weights, begin, end)};
  for (auto k = begin; k < end; ++k) row.columns.push_back(graph.columns[k] + 1);
  auto places = part(x, i * d, (i + 1) * d);
  places.insert(places.end(), x.begin(), x.end());
  const Rows f("f", 1, d);
  const Csr csr = row.on_device();
  of(csr, degrees_of(csr), to_device_rows(places, d), f);
  return to_host(f);
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "the pulls equal a naive loop in every dimension, pushing edges included") {
  auto graph = testing::random_graph(300, 7, 4, true);
  graph.offsets.push_back(graph.offsets.back());  // an actor without edges
  const Csr csr = graph.on_device();
  for (std::size_t d = 1; d <= max_dimension; ++d) {
    const auto x = testing::normal_values(graph.n() * d, 5);
    const Rows f("f", graph.n(), d);
    pull(csr, degrees_of(csr), to_device_rows(x, d), f);
    const auto linear = to_host(f);
    unit_pull(csr, degrees_of(csr), to_device_rows(x, d), 0.05f, f);
    const auto constant = to_host(f);
    const auto expected_linear = naive_pull(graph, x, d, [](double) { return 1; });
    const auto expected_constant = naive_pull(graph, x, d, [](double r) { return 1 / (r + 0.05f); });
    for (std::size_t k = 0; k < linear.size(); ++k) {
      REQUIRE(std::abs(linear[k] - expected_linear[k]) < 1e-5);
      REQUIRE(std::abs(constant[k] - expected_constant[k]) < 1e-5);
    }
    CHECK(linear.back() == 0);
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "rows of any lengths side by side are pulled, the same bits as alone") {
  std::mt19937_64 random(7);
  std::vector<std::size_t> lengths{0, 1, 7, 8, 9, 16, 127, 128, 129, 255, 256, 257, 3000};
  for (int more = 0; more < 500; ++more) lengths.push_back(random() % 9);
  const std::size_t dimensions[] = {8, 3, 6, 8, 8};
  for (int turn = 0; turn < 5; ++turn) {  // the long ones first, anywhere, last
    const std::size_t d = dimensions[turn];
    if (turn > 0) std::ranges::shuffle(lengths, random);
    if (turn == 4) std::ranges::sort(lengths);
    Graph graph;
    const auto n = static_cast<Index>(lengths.size());
    for (const auto length : lengths) {
      for (std::size_t k = 0; k < length; ++k) {
        graph.columns.push_back(static_cast<Index>(random() % n));
        graph.weights.push_back(static_cast<float>(random() % 1000) / 500 - 1);
      }
      graph.offsets.push_back(graph.columns.size());
    }
    const auto x = testing::normal_values(n * d, 6);
    const Rows f("f", n, d);
    const Csr csr = graph.on_device();
    const auto expected_linear = naive_pull(graph, x, d, [](double) { return 1; });
    const auto expected_constant = naive_pull(graph, x, d, [](double r) { return 1 / (r + 0.05f); });
    pull(csr, degrees_of(csr), to_device_rows(x, d), f);
    const auto linear = to_host(f);
    unit_pull(csr, degrees_of(csr), to_device_rows(x, d), 0.05f, f);
    const auto constant = to_host(f);
    for (std::size_t k = 0; k < linear.size(); ++k) {
      REQUIRE(std::abs(linear[k] - expected_linear[k]) < 1e-5);
      REQUIRE(std::abs(constant[k] - expected_constant[k]) < 1e-5);
    }
    const auto unit = [](const Csr& row, const Values& degrees, const Rows& places, const Rows& force) {
      unit_pull(row, degrees, places, 0.05f, force);
    };
    for (Index i = 0; i < n; ++i) {
      REQUIRE(std::ranges::equal(force_alone(graph, i, x, d, pull), std::span{linear}.subspan(i * d, d)));
      REQUIRE(std::ranges::equal(force_alone(graph, i, x, d, unit), std::span{constant}.subspan(i * d, d)));
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "a force has the same bits whoever else is on the rank, hubs included") {
  const Index n = 700;
  testing::Edges edges;
  for (Index i = 1; i < n; ++i) edges[{0, i}] = 1;
  for (Index i = 0; i < 3 * n; ++i) edges[std::minmax(1 + i * 7 % (n - 1), 1 + i * i % (n - 1))] = 0.3f;
  const auto graph = testing::from_edges(n, edges);
  const std::size_t d = 3;
  const auto x = testing::normal_values(n * d, 9);
  const Rows together("together", n, d);
  const Csr csr = graph.on_device();
  unit_pull(csr, degrees_of(csr), to_device_rows(x, d), 0.05f, together);
  const auto expected = to_host(together);
  for (Index i = 0; i < n; ++i) {
    const auto alone =
        force_alone(graph, i, x, d, [](const Csr& row, const Values& degrees, const Rows& places, const Rows& f) {
          unit_pull(row, degrees, places, 0.05f, f);
        });
    REQUIRE(std::ranges::equal(alone, std::span{expected}.subspan(i * d, d)));
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "partners at zero distance do not pull") {
  const Csr csr = testing::ring(3).on_device();
  const Rows x = to_device_rows(std::vector<float>(6, 1.5f), 2), f("f", 3, 2);
  unit_pull(csr, degrees_of(csr), x, 0.05f, f);
  CHECK(to_host(f) == std::vector<float>(6, 0));
  pull(csr, degrees_of(csr), x, f);
  CHECK(to_host(f) == std::vector<float>(6, 0));
}

TEST_CASE_FIXTURE(testing::WithKokkos, "ghosts pull, and are not moved") {
  const Csr csr = Graph{{0, 2}, {1, 2}, {1, 3}}.on_device();
  const Rows x = to_device_rows(std::vector<float>{0, 4, 8}, 1), f("f", 1, 1);
  pull(csr, degrees_of(csr), x, f);
  CHECK(to_host(f) == std::vector<float>{7});
}

TEST_CASE_FIXTURE(testing::WithKokkos, "one actor, and none, feel nothing") {
  const Csr one = Graph{{0, 0}, {}, {}}.on_device();
  const Rows f = to_device_rows(std::vector<float>{9, 9, 9}, 3);
  pull(one, degrees_of(one), Rows("x", 1, 3), f);
  CHECK(to_host(f) == std::vector<float>{0, 0, 0});
  CHECK_NOTHROW(pull(Csr{}, Values(), Rows("x", 0, 3), Rows("f", 0, 3)));
}

TEST_CASE_FIXTURE(testing::WithKokkos, "shapes that do not fit, and no softening, are refused") {
  const Csr csr = testing::ring(4).on_device();
  const auto d = degrees_of(csr);
  CHECK_THROWS_AS(pull(csr, d, Rows("x", 3, 2), Rows("f", 4, 2)), std::invalid_argument);
  CHECK_THROWS_AS(pull(csr, d, Rows("x", 4, 2), Rows("f", 4, 3)), std::invalid_argument);
  CHECK_THROWS_AS(pull(csr, d, Rows("x", 4, 9), Rows("f", 4, 9)), std::invalid_argument);
  CHECK_THROWS_AS(pull(csr, Values("d", 3), Rows("x", 4, 2), Rows("f", 4, 2)), std::invalid_argument);
  CHECK_THROWS_AS(unit_pull(csr, d, Rows("x", 4, 2), 0, Rows("f", 4, 2)), NumericalError);
}
