#include <numeric>

#include <doctest/doctest.h>

#include "kernels/support.hpp"
#include <circo/kernels/cells.hpp>
#include <circo/kernels/degrees.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/gains.hpp>
#include <circo/kernels/heavy_ball.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/nearest_site.hpp>
#include <circo/kernels/orthonormalise.hpp>
#include <circo/kernels/prices.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/kernels/ritz.hpp>
#include <circo/kernels/rotate.hpp>
#include <circo/kernels/totals.hpp>

using namespace circo::kernels;
using testing::Graph;

namespace {

constexpr std::size_t d = 5;
constexpr std::uint32_t n_schedulers = 6;

/// One rank's share of a world of n_schedulers schedulers: actors of some of them, then ghosts in another order.
struct Rank {
  std::vector<Index> actors;  ///< by row: number in the world
  std::vector<Index> segments{0};
  Graph graph;

  Rank(const Graph& world, const std::vector<Index>& starts, const std::vector<std::uint32_t>& schedulers) {
    std::map<Index, Index> rows;
    for (const auto s : schedulers) {
      for (Index i = starts[s]; i < starts[s + 1]; ++i) {
        rows[i] = static_cast<Index>(actors.size());
        actors.push_back(i);
      }
      segments.push_back(static_cast<Index>(actors.size()));
    }
    for (Index i = world.n(); i-- > 0;) {
      if (rows.emplace(i, static_cast<Index>(actors.size())).second) actors.push_back(i);
    }
    for (Index row = 0; row < segments.back(); ++row) {
      const Index i = actors[row];
      for (auto k = world.offsets[i]; k < world.offsets[i + 1]; ++k) {
        graph.columns.push_back(rows[world.columns[k]]);
        graph.weights.push_back(world.weights[k]);
      }
      graph.offsets.push_back(graph.columns.size());
    }
  }

  Index n_local() const { return segments.back(); }

  /// The part of a world's array that the rank holds.
  template <class T>
  std::vector<T> part(const std::vector<T>& world, std::size_t n, std::size_t width = 1) const {
    std::vector<T> result;
    for (std::size_t row = 0; row < n; ++row) {
      for (std::size_t a = 0; a < width; ++a) result.push_back(world[actors[row] * width + a]);
    }
    return result;
  }
};

/// Everything that a sweep computes: sums added over ranks, and rows put back in their places in the world.
struct Outcome {
  std::vector<std::int64_t> sums;
  std::vector<float> x, v, gains;
  std::vector<std::uint32_t> owners, targets;

  bool operator==(const Outcome&) const = default;
};

void add(std::vector<std::int64_t>& total, const std::vector<std::int64_t>& part) {
  total.resize(std::max(total.size(), part.size()));
  for (std::size_t k = 0; k < part.size(); ++k) total[k] += part[k];
}

class World {
 public:
  World() {
    x_ = testing::normal_values(n_ * d, 1);
    v_ = testing::normal_values(n_ * d, 2);
    labels_ = testing::random_labels(n_, 4, n_schedulers);
    loads_ = testing::random_values(n_, 5, 0, 2.0f * n_schedulers / n_);
    for (Index i = 0; i < n_; ++i) ids_.push_back(1000 + 7 * i);
    sites_ = {.dimension = d,
              .positions = testing::normal_values(n_schedulers * d, 6),
              .influences = testing::random_values(n_schedulers, 7, 0.5f, 2)};
  }

  /// A sweep with the schedulers hosted as given, a list a rank.
  Outcome sweep(const std::vector<std::vector<std::uint32_t>>& hosts) const {
    std::vector<Rank> ranks;
    for (const auto& schedulers : hosts) ranks.emplace_back(world_, starts_, schedulers);
    Outcome out;
    out.x.resize(n_ * d), out.v.resize(n_ * d), out.gains.resize(n_), out.owners.resize(n_), out.targets.resize(n_);

    std::vector<std::int64_t> total, ritz, moments, cells, loads, cut;
    std::vector<Values> degree(ranks.size()), mass(ranks.size());
    std::vector<Rows> x(ranks.size()), v(ranks.size()), f(ranks.size());
    float unit = 0;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      degree[r] = Values("degrees", ranks[r].n_local());
      degrees(ranks[r].graph.on_device(), degree[r]);
      unit = std::max(unit, max_of(degree[r]));
    }
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      add(total, {total_of("degrees", Chunks(ranks[r].segments), degree[r], unit)});
    }
    const double traffic = from_fixed(total[0], total_scale) * unit;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      const Rank& rank = ranks[r];
      mass[r] = Values("masses", rank.n_local());
      masses(degree[r], traffic, mass[r]);
      x[r] = to_device_rows(rank.part(x_, rank.actors.size(), d), d);
      v[r] = to_device_rows(rank.part(v_, rank.n_local(), d), d);
      f[r] = Rows("f", rank.n_local(), d);
      pull(rank.graph.on_device(), degree[r], x[r], f[r]);
      add(ritz, ritz_sums(Chunks(rank.segments), mass[r], x[r], f[r]));
    }
    const Eigen eigen = symmetric_eigen(ritz_matrix(d, ritz));
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      rotate(eigen.vectors, x[r], v[r], f[r]);
      heavy_ball(tuned_heavy_ball(std::span(eigen.values).first(d)), f[r], x[r], v[r]);
      add(moments, moment_sums(Chunks(ranks[r].segments), mass[r], x[r]));
    }
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      const Rank& rank = ranks[r];
      const Chunks chunks(rank.segments);
      orthonormalise(moments_from(d, moments), rank.n_local(), x[r], v[r]);
      const Labels owners("owners", rank.n_local());
      nearest_site(chunks, x[r], commute_scale(std::span(eigen.values).first(d)), sites_, owners);
      add(cells, cell_sums(chunks, owners, to_device(rank.part(loads_, rank.n_local())), x[r], n_schedulers));
      const auto labels = to_device(rank.part(labels_, rank.actors.size()));
      add(loads, label_load_sums(chunks, labels, to_device(rank.part(loads_, rank.n_local())), n_schedulers));
      add(cut, {cut_sum(rank.graph.on_device(), chunks, labels, traffic)});
      put_back(rank, to_host(x[r]), out.x, d);
      put_back(rank, to_host(v[r]), out.v, d);
      put_back(rank, to_host(owners), out.owners, 1);
    }
    propose(ranks, loads_from(loads), out);
    for (const auto* part : {&total, &ritz, &moments, &cells, &loads, &cut}) {
      out.sums.insert(out.sums.end(), part->begin(), part->end());
    }
    return out;
  }

 private:
  template <class T>
  static void put_back(const Rank& rank, const std::vector<T>& rows, std::vector<T>& world, std::size_t width) {
    for (std::size_t k = 0; k < rank.n_local() * width; ++k)
      world[rank.actors[k / width] * width + k % width] = rows[k];
  }

  void propose(const std::vector<Rank>& ranks, const std::vector<double>& loads, Outcome& out) const {
    std::vector<float> surcharges(n_schedulers);
    const auto prices = update_prices(loads, surcharges);
    const auto order = testing::random_labels(n_schedulers, 8, 1u << 30);
    const auto lightest = lightest_labels(loads);
    for (const Rank& rank : ranks) {
      TrafficWorkspace workspace;
      Proposals proposals;
      propose_moves(rank.graph.on_device(), to_device(rank.part(labels_, rank.actors.size())),
                    to_device(rank.part(loads_, rank.n_local())), to_device(rank.part(weights_, rank.n_local())),
                    to_device(rank.part(ids_, rank.n_local())), {loads, prices, order, lightest},
                    {.noise = 0.1f, .stream = 9}, workspace, proposals);
      put_back(rank, to_host(proposals.targets), out.targets, 1);
      put_back(rank, to_host(proposals.gains), out.gains, 1);
    }
  }

  static constexpr Index n_ = 2500;
  Graph world_ = testing::random_graph(n_, 7, 3);
  std::vector<Index> starts_{0, 300, 1001, 1001, 1500, 1777, n_};
  std::vector<float> x_, v_, loads_;
  std::vector<float> weights_ = testing::random_values(n_, 11, 0.125f, 8);
  std::vector<std::uint32_t> labels_;
  std::vector<std::uint64_t> ids_;
  Sites sites_;
};

}  // namespace

TEST_CASE_FIXTURE(testing::WithKokkos, "a sweep gives the same bits for every way to host the schedulers") {
  const World world;
  const Outcome alone = world.sweep({{0, 1, 2, 3, 4, 5}});
  CHECK(world.sweep({{0}, {1}, {2}, {3}, {4}, {5}}) == alone);
  CHECK(world.sweep({{0, 1}, {2, 3}, {4, 5}}) == alone);
  CHECK(world.sweep({{5, 1, 3}, {}, {4, 0, 2}}) == alone);
}
