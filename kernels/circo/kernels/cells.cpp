#include <circo/kernels/cells.hpp>
#include <circo/kernels/dimension.hpp>
#include <circo/kernels/error.hpp>
#include <circo/kernels/fixed_point.hpp>

namespace circo::kernels {
namespace {

/// Adds a row to the sums of its cell. False if a value cannot be added.
template <int D>
KOKKOS_INLINE_FUNCTION bool add_row(double load, const float* x, std::int64_t* sums) {
  if (!(load >= 0 && load <= largest_load)) return false;
  sums[0] += to_fixed(load, load_scale);
  for (int a = 0; a < D; ++a) {
    if (!is_finite(x[a])) return false;
    sums[1 + a] += to_fixed(load * clamp_to(x[a], reach), lever_scale);
  }
  sums[D + 1] += 1;
  return true;
}

template <int D>
std::vector<std::int64_t> sums_of(const Chunks& chunks, const ConstLabels& owners, const ConstValues& loads,
                                  const ConstRows& x, std::uint32_t n_cells) {
  constexpr int width = D + 2;
  const Array<std::int64_t> sums("circo::cell_sums", static_cast<std::size_t>(n_cells) * width);
  const auto bounds = chunks.bounds();
  std::uint64_t n_bad = 0;
  Kokkos::parallel_reduce(
      "circo::cell_sums", Range(0, chunks.size()),
      KOKKOS_LAMBDA(const Index c, std::uint64_t& bad) {
        // Most neighbors in the arena have the same owner: a run is added up here and goes to memory once.
        std::int64_t run[width] = {};
        const Index end = bounds(c, 1);
        for (Index i = bounds(c, 0); i < end; ++i) {
          const std::uint32_t owner = owners(i);
          if (owner >= n_cells || !add_row<D>(loads(i), row<D>(x, i), run)) {
            ++bad;
            break;
          }
          if (i + 1 < end && owners(i + 1) == owner) continue;
          for (int k = 0; k < width; ++k) {
            Kokkos::atomic_add(&sums(static_cast<std::size_t>(owner) * width + k), run[k]);
            run[k] = 0;
          }
        }
      },
      n_bad);
  if (n_bad > 0) {
    throw NumericalError("cell_sums: " + std::to_string(n_bad) +
                         " chunks have an actor with a NaN or infinite coordinate, a load that is not in [0, 2^20], " +
                         "or an owner >= " + std::to_string(n_cells));
  }
  return to_host(sums);
}

}  // namespace

std::vector<std::int64_t> cell_sums(const Chunks& chunks, const ConstLabels& owners, const ConstValues& loads,
                                    const ConstRows& x, std::uint32_t n_cells) {
  expect_at_least("cell_sums", "owners", owners.extent(0), chunks.n_rows());
  expect_at_least("cell_sums", "loads", loads.extent(0), chunks.n_rows());
  expect_at_least("cell_sums", "x", x.extent(0), chunks.n_rows());
  return with_dimension(x.extent(1), [&]<int D>() { return sums_of<D>(chunks, owners, loads, x, n_cells); });
}

Cells cells_from(int dimension, std::span<const std::int64_t> sums) {
  const auto width = static_cast<std::size_t>(dimension) + 2;
  const auto n_cells = sums.size() / width;
  expect_size("cells_from", "sums", sums.size(), n_cells * width);
  Cells cells{.dimension = dimension, .loads = {}, .centroids = {}, .counts = {}};
  for (std::size_t r = 0; r < n_cells; ++r) {
    const auto of_cell = sums.subspan(r * width, width);
    const double load = from_fixed(of_cell[0], load_scale);
    cells.loads.push_back(load);
    for (int a = 0; a < dimension; ++a) {
      cells.centroids.push_back(load > 0 ? from_fixed(of_cell[1 + a], lever_scale) / load : 0);
    }
    cells.counts.push_back(of_cell.back());
  }
  return cells;
}

}  // namespace circo::kernels
