// The kernels of the infoton step on a square grid of actors in random order within tiles, beside a copy of as many
// bytes as a kernel must at least read and write: every array once, whatever the caches do.

#include <bench/bench.hpp>
#include <bench/order.hpp>
#include <fmt/format.h>

#include <circo/kernels/degrees.hpp>
#include <circo/kernels/heavy_ball.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/runtime.hpp>

namespace circo::bench {

using namespace kernels;

namespace {

constexpr std::size_t dimension = 8;
constexpr std::size_t row_bytes = dimension * sizeof(float);

/// The traffic of a grid of side x side actors, numbered tile after tile of 64 x 64, as actors that talk live together.
Csr grid(Index side) {
  constexpr Index tile = 64;
  std::vector<Index> number(std::size_t{side} * side);
  Index next = 0;
  for (Index y = 0; y < side; y += tile)
    for (Index x = 0; x < side; x += tile)
      for (Index dy = 0; dy < tile; ++dy)
        for (Index dx = 0; dx < tile; ++dx) number[(y + dy) * side + x + dx] = next++;
  std::vector<std::vector<Index>> partners(number.size());
  for (Index y = 0; y < side; ++y)
    for (Index x = 0; x < side; ++x) {
      auto& mine = partners[number[y * side + x]];
      if (x > 0) mine.push_back(number[y * side + x - 1]);
      if (x + 1 < side) mine.push_back(number[y * side + x + 1]);
      if (y > 0) mine.push_back(number[(y - 1) * side + x]);
      if (y + 1 < side) mine.push_back(number[(y + 1) * side + x]);
    }
  std::vector<std::uint64_t> offsets{0};
  std::vector<Index> columns;
  for (const auto& mine : partners) {
    columns.insert(columns.end(), mine.begin(), mine.end());
    offsets.push_back(columns.size());
  }
  Csr csr;
  csr.offsets = to_device(offsets);
  csr.columns = to_device(columns);
  csr.weights = to_device(std::vector<float>(columns.size(), 1));
  return csr;
}

Rows random_rows(Index n, std::uint64_t seed) {
  Random random{seed, 0};
  std::vector<float> values(n * dimension);
  for (float& value : values) value = static_cast<float>(2 * random.uniform() - 1);
  return to_device_rows(values, dimension);
}

/// Adds time an actor, an edge, and bandwidth beside a copy's.
template <class Kernel>
void compare(Bench& bench, std::string_view name, Index actors, std::size_t edges, std::size_t bytes, Kernel&& kernel) {
  const Values from("from", bytes / 2 / sizeof(float)), to("to", bytes / 2 / sizeof(float));
  const auto rates = bench.interleave(
      bytes,
      [&] {
        kernel();
        Kokkos::fence();
      },
      [&] {
        Kokkos::deep_copy(to, from);
        Kokkos::fence();
      });
  const double ns = 1e3 * static_cast<double>(bytes) / rates[0];
  bench.add({fmt::format("kernel={} actors={} dimension={}", name, actors, dimension), 1e-3 * rates[0], "GB/s",
             1e-3 * rates[1], rates[0] / rates[1]});
  bench.add({fmt::format("kernel={} time an actor", name), ns / actors, "ns", 0, 0});
  if (edges != 0) bench.add({fmt::format("kernel={} time an edge", name), ns / static_cast<double>(edges), "ns", 0, 0});
}

}  // namespace

void infoton(Bench& bench) {
  Runtime::for_process();
  const auto side = static_cast<Index>(bench.size(1024, 64));
  const Index n = side * side;
  const Csr csr = grid(side);
  const std::size_t edges = csr.n_edges();
  const Rows x = random_rows(n, 1), v = random_rows(n, 2), f = random_rows(n, 3);
  const Values degree("degrees", n), mass("masses", n);
  const Chunks chunks{std::vector<Index>{0, n}};
  const Labels labels("labels", n);
  degrees(csr, degree);
  masses(degree, static_cast<double>(edges), mass);
  const std::size_t graph = n * sizeof(std::uint64_t) + edges * (sizeof(Index) + sizeof(float));

  compare(bench, "degrees", n, edges, n * 12 + edges * 4, [&] { degrees(csr, degree); });
  compare(bench, "pull", n, edges, graph + n * (4 + 2 * row_bytes), [&] { pull(csr, degree, x, f); });
  compare(bench, "unit_pull", n, edges, graph + n * (4 + 2 * row_bytes), [&] { unit_pull(csr, degree, x, 0.01F, f); });
  compare(bench, "heavy_ball", n, 0, n * 5 * row_bytes, [&] { heavy_ball({0.1F, 0.5F, 4}, f, x, v); });
  compare(bench, "moments", n, 0, n * (4 + row_bytes), [&] { moment_sums(chunks, mass, x); });
  const Moments moments = moments_from(dimension, moment_sums(chunks, mass, x));
  compare(bench, "orthonormalise", n, 0, n * 4 * row_bytes, [&] { orthonormalise(moments, n, x, v); });
  compare(bench, "cut_sum", n, edges, graph + n * 4, [&] { cut_sum(csr, chunks, labels, static_cast<double>(edges)); });
}

}  // namespace circo::bench
