#include <algorithm>
#include <cmath>
#include <numbers>

#include <circo/defaults.hpp>
#include <circo/kernels/nearest_site.hpp>
#include <circo/kernels/pull.hpp>
#include <circo/space/coarse_start.hpp>
#include <circo/space/embedding.hpp>

namespace circo {

namespace {

using kernels::Index;

constexpr std::uint64_t site_stream = 0x517E5;
constexpr std::uint64_t place_stream = 0x91ACE;
/// Sweep after which the space has unfolded enough to seed the schedulers' places anew.
constexpr std::uint64_t unfolded = 3;
/// Distance under which the constant pull fades, in standard deviations of the actors' coordinates.
constexpr float softening = 0.05F;

/// Normally distributed, from a counter (Box and Muller 1958).
float normal(std::uint64_t key, std::uint64_t counter) {
  const double u = 1 - unit_interval(mix(key, 2 * counter)), w = unit_interval(mix(key, 2 * counter + 1));
  return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * w));
}

/// The rows of a view as host memory; no copy where the device is the host.
template <class View>
auto host_copy(const View& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
}

}  // namespace

Embedding::Embedding(Rank& rank, const Law& law, std::uint64_t seed)
    : rank_{rank}, law_{law}, random_{mix(seed, site_stream), 0}, ritz_(dimension, 1.0) {
  for (const auto& scheduler : rank.schedulers()) columns_.push_back(scheduler->arena().add_column<Point>());
  const auto schedulers = static_cast<std::size_t>(rank.layout().schedulers());
  sites_ = {dimension, std::vector<float>(schedulers * dimension), std::vector<float>(schedulers, 1)};
}

void Embedding::begin(const Field& field) {
  std::vector<float> x, v;
  x.reserve(std::size_t{field.rows_with_ghosts()} * dimension);
  v.reserve(std::size_t{field.rows()} * dimension);
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
    Arena& arena = rank_.schedulers()[i]->arena();
    const auto points = arena.column(columns_[i]);
    for (std::uint32_t row = 0; row < arena.size(); ++row) {
      Point& point = points[row];
      if (point.placed == 0 && sweeps_ == 0) {
        const std::uint64_t key = mix(rank_.schedulers()[i]->actor_stream(arena.addr(row)), place_stream);
        for (std::size_t a = 0; a < dimension; ++a) point.x[a] = normal(key, a);
      }
      point.placed = 1;
      x.insert(x.end(), point.x.begin(), point.x.end());
      v.insert(v.end(), point.v.begin(), point.v.end());
    }
  }
  x.resize(std::size_t{field.rows_with_ghosts()} * dimension);
  motion_ = {kernels::to_device_rows(x, dimension), kernels::to_device_rows(v, dimension),
             kernels::Rows("f", field.rows(), dimension)};
  cells_ = kernels::Labels("cells", field.rows());
  if (sweeps_ == 0) start_coarsely(rank_, field, random_(), motion_.x);
  orthonormalise(field.chunks(), field.masses(), motion_, over_ranks());
  if (sweeps_ == 0) seed_sites(field);
}

void Embedding::save(Bytes& out) const {
  append(out, sweeps_);
  append(out, random_.counter());
  append(out, std::as_bytes(std::span{ritz_}));
  append(out, std::as_bytes(std::span{sites_.positions}));
  append(out, std::as_bytes(std::span{sites_.influences}));
}

void Embedding::load(ByteReader& in) {
  sweeps_ = in.get<std::uint64_t>();
  random_.set_counter(in.get<std::uint64_t>());
  for (double& value : ritz_) value = in.get<double>();
  for (float& coordinate : sites_.positions) coordinate = in.get<float>();
  for (float& influence : sites_.influences) influence = in.get<float>();
}

void Embedding::sweep(const Field& field) {
  move_actors(field);
  if (sweeps_ == unfolded) seed_sites(field);
  const bool first = sweeps_ >= unfolded && sweeps_ <= defaults::first_placement_sweep;
  for (int left = first ? defaults::seeding_moves : 1; left > 0; --left)
    if (move_sites(field) <= defaults::balanced) break;
  ++sweeps_;
}

void Embedding::move_actors(const Field& field) {
  const auto x = host_copy(motion_.x);
  field.update_ghosts(std::span{x.data(), x.size()}, dimension);
  Kokkos::deep_copy(motion_.x, x);
  if (law_.constant_pull) {
    kernels::unit_pull(field.csr(), field.degrees(), motion_.x, softening, motion_.f);
  } else {
    kernels::pull(field.csr(), field.degrees(), motion_.x, motion_.f);
  }
  const auto eigen = unfold(field.chunks(), field.masses(), motion_, over_ranks());
  kernels::rotate(eigen.vectors, sites_);
  ritz_.assign(eigen.values.begin(), eigen.values.begin() + dimension);
}

double Embedding::move_sites(const Field& field) {
  kernels::nearest_site(field.chunks(), motion_.x, kernels::commute_scale(ritz_), sites_, cells_);
  auto sums =
      kernels::cell_sums(field.chunks(), cells_, field.loads(), motion_.x, static_cast<std::uint32_t>(sites_.size()));
  rank_.world().sum(sums);
  const auto cells = kernels::cells_from(dimension, sums);
  const auto heaviest = static_cast<std::uint32_t>(std::ranges::max_element(cells.loads) - cells.loads.begin());
  for (const std::uint32_t site : kernels::move_sites(sites_, cells))
    std::ranges::copy(draw_from(field, heaviest), sites_.position(site).begin());
  return cells.loads[heaviest];
}

void Embedding::seed_sites(const Field& field) {
  // A coordinate travels as the bits of a float in a sum to which only one rank adds: exact.
  std::vector<std::int64_t> bits(sites_.size() * dimension, 0);
  const auto x = host_copy(motion_.x);
  for (std::size_t site = 0; site < sites_.size(); ++site) {
    std::uint64_t drawn = random_.below(field.actors());
    SchedulerId scheduler = 0;
    for (; drawn >= field.actors_at()[scheduler]; ++scheduler) drawn -= field.actors_at()[scheduler];
    if (!rank_.layout().is_here(scheduler)) continue;
    const std::size_t row = field.offsets()[rank_.layout().local(scheduler)] + drawn;
    for (std::size_t a = 0; a < dimension; ++a) bits[site * dimension + a] = std::bit_cast<std::uint32_t>(x(row, a));
  }
  rank_.world().sum(bits);
  for (std::size_t i = 0; i < bits.size(); ++i)
    sites_.positions[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits[i]));
  std::ranges::fill(sites_.influences, 1.0F);
}

std::array<float, Embedding::dimension> Embedding::draw_from(const Field& field, std::uint32_t cell) {
  struct Candidate {
    std::uint64_t lot = UINT64_MAX;
    std::array<float, dimension> x{};
  } mine;
  const std::uint64_t key = random_();
  const auto cells = host_copy(cells_);
  const auto ids = host_copy(field.ids());
  const auto x = host_copy(motion_.x);
  for (Index row = 0; row < field.rows(); ++row) {
    if (cells(row) != cell) continue;
    if (const std::uint64_t lot = mix(key, ids(row)); lot < mine.lot) {
      mine.lot = lot;
      for (std::size_t a = 0; a < dimension; ++a) mine.x[a] = x(row, a);
    }
  }
  const auto all = rank_.world().gather_all(std::as_bytes(std::span{&mine, 1}));
  Candidate best;
  for (ByteReader in{all}; !in.empty();)
    if (const auto each = in.get<Candidate>(); each.lot < best.lot) best = each;
  return best.x;
}

void Embedding::end(const Field& field) {
  const auto x = host_copy(motion_.x), v = host_copy(motion_.v);
  const auto scale = kernels::commute_scale(ritz_);
  auto shown = [&](auto&& coordinate) {
    return Position{scale[0] * coordinate(0), scale[1] * coordinate(1), scale[2] * coordinate(2)};
  };
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
    Scheduler& scheduler = *rank_.schedulers()[i];
    const auto points = scheduler.arena().column(columns_[i]);
    for (std::uint32_t row = 0; row < points.size(); ++row) {
      const std::size_t at = field.offsets()[i] + row;
      for (std::size_t a = 0; a < dimension; ++a) {
        points[row].x[a] = x(at, a);
        points[row].v[a] = v(at, a);
      }
      scheduler.arena().positions()[row] = shown([&](std::size_t a) { return x(at, a); });
    }
  }
}

}  // namespace circo
