// The kernels of the infoton step on a square grid of actors, beside a copy. The bytes of a kernel are those that it
// must at least read and write, every array once. By STREAM's rule (McCalpin, 1995) each array of the copy is four
// times the last-level cache, and so are the arrays of a kernel together. A small grid shows what is left when the
// caches hold all.

#include <bench/bench.hpp>
#include <fmt/format.h>

#include <circo/actor/random.hpp>
#include <circo/kernels/cache.hpp>
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/heavy_ball.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/moments.hpp>
#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/prefetch.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/rotate.hpp>
#include <circo/kernels/runtime.hpp>

namespace circo::bench {

using namespace kernels;

namespace {

constexpr std::size_t dimension = 8;
constexpr std::size_t row_bytes = dimension * sizeof(float);
constexpr Index tile = 64;

/// The traffic of a grid of side x side actors, numbered tile after tile, as actors that talk live together. Uneven:
/// each edge is there not at all, once or twice, so that a processor cannot foresee where a row ends.
Csr grid(Index side, bool uneven) {
  std::vector<Index> number(std::size_t{side} * side);
  Index next = 0;
  for (Index y = 0; y < side; y += tile)
    for (Index x = 0; x < side; x += tile)
      for (Index dy = 0; dy < tile; ++dy)
        for (Index dx = 0; dx < tile; ++dx) number[(y + dy) * side + x + dx] = next++;
  std::vector<std::vector<Index>> partners(number.size());
  circo::Random random{4, 0};
  for (Index y = 0; y < side; ++y)
    for (Index x = 0; x < side; ++x) {
      const auto talk = [&](bool there, Index other) {
        if (!there) return;
        for (auto times = uneven ? random.below(3) : 1; times > 0; --times)
          partners[number[y * side + x]].push_back(number[other]);
      };
      talk(x > 0, y * side + x - 1);
      talk(x + 1 < side, y * side + x + 1);
      talk(y > 0, (y - 1) * side + x);
      talk(y + 1 < side, (y + 1) * side + x);
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
  circo::Random random{seed, 0};
  std::vector<float> values(n * dimension);
  for (float& value : values) value = static_cast<float>(2 * random.uniform() - 1);
  return to_device_rows(values, dimension);
}

/// Kernels beside a copy between two arrays of `copied` bytes.
class Comparison {
 public:
  Comparison(Bench& bench, std::string where, Index actors, std::size_t copied)
      : bench_{bench}, where_{std::move(where)}, actors_{actors}, from_{"from", copied / 4}, to_{"to", copied / 4} {}

  /// Adds bandwidth beside that of the copy, time an actor, and an edge unless edges is 0.
  template <class Kernel>
  void add(std::string_view name, std::size_t edges, std::size_t bytes, Kernel&& kernel) {
    const std::size_t copy_bytes = 2 * sizeof(float) * from_.extent(0);
    // Small ones are repeated, for the clock's sake.
    const std::size_t kernels = 1 + least_bytes / bytes, copies = 1 + least_bytes / copy_bytes;
    const auto times = [](std::size_t n, const auto& work) {
      for (std::size_t k = 0; k < n; ++k) work();
      Kokkos::fence();
    };
    const auto rates = bench_.interleave(
        1, [&] { times(kernels, kernel); }, [&] { times(copies, [&] { Kokkos::deep_copy(to_, from_); }); });
    const auto gigabytes = [](double rate, std::size_t n) { return rate * 1e-3 * static_cast<double>(n); };
    const double rate = gigabytes(rates[0], kernels * bytes), floor = gigabytes(rates[1], copies * copy_bytes);
    const double ns = static_cast<double>(bytes) / rate;
    bench_.add({fmt::format("kernel={} {}", name, where_), rate, "GB/s", floor, rate / floor});
    bench_.add({fmt::format("kernel={} {} an actor", name, where_), ns / actors_, "ns", 0, 0});
    if (edges != 0)
      bench_.add({fmt::format("kernel={} {} an edge", name, where_), ns / static_cast<double>(edges), "ns", 0, 0});
  }

 private:
  static constexpr std::size_t least_bytes = 64'000'000;
  Bench& bench_;
  std::string where_;
  Index actors_;
  Values from_, to_;
};

/// No kernel: no core reads faster.
Index sum_of_columns(const Csr& csr) {
  Index sum = 0;
  for (std::size_t k = 0; k < csr.n_edges(); k += 1024) {
    const std::size_t end = std::min<std::size_t>(k + 1024, csr.n_edges());
    ask_ahead(csr.columns.data() + k, end - k);
    for (std::size_t i = k; i < end; ++i) sum += csr.columns(i);
  }
  return sum;
}

void compare_on(Bench& bench, Index side, bool uneven, std::size_t copied) {
  const Index n = side * side;
  const std::size_t actors = n;
  const Csr csr = grid(side, uneven);
  const std::size_t edges = csr.n_edges();
  const Rows x = random_rows(n, 1), v = random_rows(n, 2), f = random_rows(n, 3);
  const Values degree("degrees", n), mass("masses", n);
  const Chunks chunks{std::vector<Index>{0, n}};
  std::vector<std::uint32_t> tiles(n);
  for (Index i = 0; i < n; ++i) tiles[i] = i / (tile * tile);
  const Labels labels = to_device(tiles);
  degrees(csr, degree);
  masses(degree, static_cast<double>(edges), mass);
  const std::size_t graph = actors * sizeof(std::uint64_t) + edges * (sizeof(Index) + sizeof(float));

  Comparison on(bench, fmt::format("actors={} rows={}", n, uneven ? "uneven" : "even"), n, copied);
  on.add("degrees", edges, actors * 12 + edges * 4, [&] { degrees(csr, degree); });
  on.add("pull", edges, graph + actors * (4 + 2 * row_bytes), [&] { pull(csr, degree, x, f); });
  on.add("unit_pull", edges, graph + actors * (4 + 2 * row_bytes), [&] { unit_pull(csr, degree, x, 0.01F, f); });
  // Offsets are read where labels change only.
  on.add("cut_sum", edges, edges * 8 + actors * 4, [&] { cut_sum(csr, chunks, labels, static_cast<double>(edges)); });
  if (uneven) return;
  volatile Index sum = 0;
  on.add("sum", 0, edges * sizeof(Index), [&] { sum = sum_of_columns(csr); });
  on.add("heavy_ball", 0, actors * 5 * row_bytes, [&] { heavy_ball({0.1F, 0.5F, 4}, f, x, v); });
  on.add("moments", 0, actors * (4 + row_bytes), [&] { moment_sums(chunks, mass, x); });
  on.add("ritz", 0, actors * (4 + 2 * row_bytes), [&] { ritz_sums(chunks, mass, x, f); });
  on.add("rotate", 0, actors * 6 * row_bytes, [&] { rotate(identity(dimension), x, v, f); });
  const Moments moments = moments_from(dimension, moment_sums(chunks, mass, x));
  on.add("orthonormalise", 0, actors * 4 * row_bytes, [&] { orthonormalise(moments, n, x, v); });
}

}  // namespace

void infoton(Bench& bench) {
  Runtime::for_process();
  // As many actors, in whole tiles, as make the 28 bytes an actor of `degrees`, the least of all, four caches.
  const std::size_t large = 4 * last_level_cache(), small = 1 << 20;
  Index side = tile;
  while (std::size_t{side} * side * 28 < large) side += tile;
  side = static_cast<Index>(bench.size(side, tile));
  compare_on(bench, side, false, bench.size(large, small));
  compare_on(bench, side, true, bench.size(large, small));
  compare_on(bench, static_cast<Index>(bench.size(std::size_t{2} * tile, tile)), false, small);
}

}  // namespace circo::bench
