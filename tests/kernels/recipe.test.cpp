#include "kernels/recipe.hpp"

#include <doctest/doctest.h>

#include "kernels/support.hpp"

using namespace circo::kernels;
using testing::Recipe;

namespace {

struct Reached {
  int sweep = -1;
  double cut = 1;
  double imbalance = 0;
};

/// Runs until the placement is good enough; sweep is -1 if it never was.
Reached run_until(Recipe& recipe, double cut, double imbalance, int max_sweeps) {
  Reached reached;
  for (int sweep = 1; sweep <= max_sweeps && reached.sweep < 0; ++sweep) {
    recipe.sweep();
    if (!recipe.placed()) continue;
    reached.cut = recipe.cut();
    reached.imbalance = recipe.imbalance();
    if (reached.cut <= cut && reached.imbalance <= imbalance) reached.sweep = sweep;
  }
  return reached;
}

void expect_good(const testing::Graph& graph, double best_cut, int max_sweeps) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    Recipe recipe(graph, 4, seed);
    const Reached reached = run_until(recipe, 1.5 * best_cut, 1.05, max_sweeps);
    MESSAGE("seed ", seed, ": cut ", reached.cut / best_cut, " x the best, imbalance ", reached.imbalance, ", sweep ",
            reached.sweep);
    CHECK(reached.sweep > 0);
  }
}

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "the recipe cuts a ring of 400 into four arcs") {
  expect_good(testing::ring(400), 4.0 / 400, 500);
}

TEST_CASE_FIXTURE(testing::WithKokkos, "the recipe cuts a 32 x 32 grid into four squares") {
  expect_good(testing::grid(32), 64.0 / 1984, 500);
}

TEST_CASE_FIXTURE(testing::WithKokkos,
                  "one scheduler, more schedulers than actors, and no traffic end in a placement") {
  for (const std::uint32_t n_schedulers : {1u, 8u}) {
    for (const auto& graph :
         {testing::ring(3), testing::Graph{{0, 0}, {}, {}}, testing::from_edges(5, {{{0, 1}, 1}})}) {
      Recipe recipe(graph, n_schedulers, 1);
      for (int sweep = 0; sweep < 40; ++sweep) CHECK_NOTHROW(recipe.sweep());
      CHECK(recipe.placed());
      for (const auto label : recipe.placement()) CHECK(label < n_schedulers);
    }
  }
}

TEST_CASE_FIXTURE(testing::WithKokkos, "loads of the cells do not swing where the space is one long line") {
  testing::Edges edges;
  for (Index i = 0; i + 1 < 1000; ++i) edges[{i, i + 1}] = 1;
  double sum = 0;
  for (const unsigned seed : {1u, 2u, 3u}) {
    Recipe recipe(testing::from_edges(1000, edges), 6, seed);
    for (int sweep = 0; sweep < 200; ++sweep) {
      recipe.sweep();
      if (sweep >= 100) sum += recipe.cell_imbalance();
    }
  }
  // When sites moved faster than loads could follow it was 1.10.
  CHECK(sum / 300 <= 1.08);
}
