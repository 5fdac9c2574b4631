#include <chrono>
#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "kernels/recipe.hpp"

using namespace circo::kernels;

namespace {

/// The least of several repeats, in nanoseconds.
double time_of(const std::function<void()>& kernel) {
  double least = 1e30;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    kernel();
    Kokkos::fence();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    least = std::min(least, spent.count());
  }
  return least;
}

/// Actors of a square grid in Z-order, so that equal segments are its tiles, in any order within a segment.
std::vector<Index> tiles(Index side, Index segment, unsigned seed) {
  std::vector<Index> order;
  for (Index z = 0; z < side * side; ++z) {
    Index row = 0, column = 0;
    for (unsigned bit = 0; bit < 16; ++bit) {
      column |= ((z >> (2 * bit)) & 1) << bit;
      row |= ((z >> (2 * bit + 1)) & 1) << bit;
    }
    order.push_back(row * side + column);
  }
  std::mt19937_64 random(seed);
  for (auto it = order.begin(); it != order.end(); it += segment) std::shuffle(it, it + segment, random);
  return order;
}

Chunks equal_segments(Index n, Index segment) {
  std::vector<Index> offsets{0};
  while (offsets.back() < n) offsets.push_back(offsets.back() + segment);
  return Chunks(offsets);
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "what each kernel costs an actor and an edge" * doctest::skip()) {
  const std::size_t d = 8;
  const Index side = 128, n = side * side, n_tiles = 16;
  const auto tile_order = tiles(side, n / n_tiles, 1);
  std::vector<Index> row_of(n);
  for (Index i = 0; i < n; ++i) row_of[tile_order[i]] = i;
  testing::Edges edges;
  for (Index i = 0; i < n; ++i) {
    if (i % side + 1 < side) edges[{row_of[i], row_of[i + 1]}] = 1;
    if (i / side + 1 < side) edges[{row_of[i], row_of[i + side]}] = 1;
  }
  const auto graph = testing::from_edges(n, edges);
  const Csr csr = graph.on_device();
  const auto mode = [&](Index i, std::size_t a) {  // the slowest modes of the grid, as the recipe finds them
    const double row = (i / side + 0.5) / side * 3.14159, column = (i % side + 0.5) / side * 3.14159;
    return static_cast<float>(2 * std::cos(row * static_cast<double>(a / 2)) *
                              std::cos(column * static_cast<double>((a + 1) / 2)));
  };
  const auto places = [&](const std::vector<Index>& order) {
    std::vector<float> x(n * d);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = mode(order[k / d], k % d + 1);
    return to_device_rows(x, d);
  };
  const Rows x = places(tile_order), v("v", n, d), f("f", n, d);
  const Values degree("degrees", n), mass("masses", n);
  const auto loads = to_device(std::vector<float>(n, static_cast<float>(n_tiles) / n));
  const Labels owners("owners", n);
  const Chunks chunks = equal_segments(n, n / n_tiles);

  const auto report = [&](const std::string& kernel, double nanoseconds) {
    MESSAGE(kernel, ": ", nanoseconds / n, " ns an actor, ", nanoseconds / static_cast<double>(csr.n_edges()),
            " ns an edge");
  };
  const auto run = [&](const std::string& kernel, const std::function<void()>& body) { report(kernel, time_of(body)); };
  run("degrees", [&] { degrees(csr, degree); });
  masses(degree, static_cast<double>(csr.n_edges()), mass);
  run("pull", [&] { pull(csr, degree, x, f); });
  run("unit_pull", [&] { unit_pull(csr, degree, x, 0.05f, f); });
  run("ritz_sums", [&] { ritz_sums(chunks, mass, x, f); });
  run("rotate", [&] { rotate(identity(d), x, v, f); });
  run("heavy_ball", [&] { heavy_ball({.alpha = 0}, f, x, v); });
  run("moment_sums", [&] { moment_sums(chunks, mass, x); });
  const Moments moments{.mean = {}, .covariance = identity(d)};
  run("orthonormalise", [&] { orthonormalise(moments, n, x, v); });

  const std::vector<float> scale{1, 1, 0.7f, 0.5f, 0.5f, 0.4f, 0.35f, 0.3f};
  for (const std::uint32_t p : {1u, 4u, 16u, 64u, 256u, 1024u, 4096u}) {
    Sites sites{.dimension = d, .positions = {}, .influences = std::vector<float>(p, 1)};
    for (std::uint32_t r = 0; r < p; ++r) {
      const Index actor = tile_order[(2 * r + 1) * (n / p) / 2];
      for (std::size_t a = 0; a < d; ++a) sites.positions.push_back(mode(actor, a + 1));
    }
    const Chunks of_schedulers = equal_segments(n, n / p);
    const Rows shuffled = places(tiles(side, n / p, 2));
    run("nearest_site, P = " + std::to_string(p), [&] { nearest_site(of_schedulers, shuffled, scale, sites, owners); });
    if (p == n_tiles) run("cell_sums", [&] { cell_sums(of_schedulers, owners, loads, shuffled, p); });
  }

  std::vector<std::uint32_t> labels(n);
  for (Index i = 0; i < n; ++i) labels[i] = i / (n / n_tiles);
  const auto label = to_device(labels);
  run("label_load_sums", [&] { label_load_sums(chunks, label, loads, n_tiles); });
  run("cut_sum", [&] { cut_sum(csr, chunks, label, static_cast<double>(csr.n_edges())); });
  std::vector<std::uint64_t> ids(n);
  std::iota(ids.begin(), ids.end(), 0u);
  const auto id = to_device(ids);
  const auto weights = to_device(std::vector<float>(n, 1));
  TrafficWorkspace workspace;
  Proposals proposals;
  const auto propose = [&](const std::vector<std::uint32_t>& of) {
    const auto device = to_device(of);
    const std::vector<double> label_loads(n_tiles, 1);
    const std::vector<float> prices(n_tiles);
    const auto order = testing::random_labels(n_tiles, 3, 1u << 30);
    return time_of([&] {
      propose_moves(csr, device, loads, weights, id, {label_loads, prices, order, {}}, {}, workspace, proposals);
    });
  };
  report("propose_moves, labels by tile", propose(labels));
  report("propose_moves, random labels", propose(testing::random_labels(n, 1, n_tiles)));

  testing::Recipe recipe(graph, n_tiles, 1);
  for (int sweep = 0; sweep < 60; ++sweep) recipe.sweep();
  report("a sweep of the recipe with two refinements, P = 16", time_of([&] { recipe.sweep(); }));
}
