#include <algorithm>
#include <numeric>

#include <circo/kernels/degrees.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/prices.hpp>
#include <circo/kernels/totals.hpp>
#include <circo/space/field.hpp>

namespace circo {

using kernels::Index;

std::vector<Index> Field::row_offsets(const Rank& rank) {
  std::vector<Index> offsets{0};
  for (const auto& scheduler : rank.schedulers()) offsets.push_back(offsets.back() + scheduler->arena().size());
  return offsets;
}

Field::Field(Rank& rank, const Traffic& traffic, const Loads& loads)
    : rank_{rank}, offsets_{row_offsets(rank)}, rows_{offsets_.back()}, chunks_{offsets_} {
  number_actors(loads);
  connect(traffic);
  weigh();
}

void Field::number_actors(const Loads& loads) {
  std::vector<std::uint64_t> ids, counts;
  std::vector<float> relative;
  ids.reserve(rows_);
  relative.reserve(rows_);
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
    const Arena& arena = rank_.schedulers()[i]->arena();
    counts.push_back(arena.size());
    for (std::uint32_t row = 0; row < arena.size(); ++row) ids.push_back(arena.addr(row).bits());
    for (const double load : loads.of(i)) relative.push_back(static_cast<float>(load));
  }
  ids_ = kernels::to_device(ids);
  loads_ = kernels::to_device(relative);
  const auto all = rank_.world().gather_all(std::as_bytes(std::span{counts}));
  actors_at_.resize(all.size() / sizeof(std::uint64_t));
  std::memcpy(actors_at_.data(), all.data(), all.size());
  actors_ = std::accumulate(actors_at_.begin(), actors_at_.end(), std::uint64_t{0});
}

void Field::connect(const Traffic& traffic) {
  const Layout& layout = rank_.layout();
  // Ghosts: partners on other ranks, by rank and address.
  std::vector<Partner> partners;
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i)
    for (const TrafficEdge& edge : traffic.edges(i))
      if (!layout.is_here(edge.place)) partners.push_back({edge.partner, edge.place});
  auto by_rank = [&](const Partner& a) { return std::pair{layout.host(static_cast<SchedulerId>(a.place)), a.addr}; };
  std::ranges::sort(partners, {}, by_rank);
  const auto repeated = std::ranges::unique(partners);
  partners.erase(repeated.begin(), repeated.end());
  ghosts_ = static_cast<Index>(partners.size());
  ghosts_of_.assign(static_cast<std::size_t>(layout.ranks) + 1, rows_ + ghosts_);
  FlatMap<Index> ghost_row;
  for (std::size_t k = partners.size(); k-- > 0;) {
    const auto host = static_cast<std::size_t>(layout.host(static_cast<SchedulerId>(partners[k].place)));
    ghosts_of_[host] = rows_ + static_cast<Index>(k);
    ghost_row.set(partners[k].addr.bits(), rows_ + static_cast<Index>(k));
  }
  // Ask the ranks where they live for them, in the order of the ghosts.
  for (auto first = partners.begin(); first != partners.end();) {
    const int host = layout.host(static_cast<SchedulerId>(first->place));
    const auto last = std::find_if(first, partners.end(), [&](const Partner& p) {
      return layout.host(static_cast<SchedulerId>(p.place)) != host;
    });
    const auto asked = std::as_bytes(std::span{first, last});
    const SchedulerId to = static_cast<SchedulerId>(host) * layout.per_rank;
    std::ranges::copy(
        asked,
        rank_.exchange().add({layout.first(), to, asked.size(), static_cast<std::uint64_t>(last - first)}).begin());
    first = last;
  }
  for (const Section& section : rank_.exchange().deliver()) {
    Border& border = borders_.emplace_back();
    border.rank = layout.host(section.head.from);
    for (ByteReader in{section.data}; !in.empty();) {
      const auto partner = in.get<Partner>();
      const Scheduler& at = rank_.scheduler(static_cast<SchedulerId>(partner.place));
      const Place place = at.directory().find(partner.addr);
      border.rows.push_back(offsets_[layout.local(at.id())] + at.arena().head(place).row);
    }
  }
  // The matrix: a row's entries in the order of the partners' addresses, which does not depend on the layout.
  std::vector<std::uint64_t> starts(rows_ + 1, 0);
  auto row_of = [&](const Scheduler& at, Addr addr) {
    return offsets_[layout.local(at.id())] + at.arena().head(at.directory().find(addr)).row;
  };
  auto for_each_edge = [&](auto&& use) {
    for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
      Addr self;
      Index row = 0;
      for (const TrafficEdge& edge : traffic.edges(i)) {
        if (edge.self != self) row = row_of(*rank_.schedulers()[i], self = edge.self);
        use(row, edge);
      }
    }
  };
  for_each_edge([&](Index row, const TrafficEdge&) { ++starts[row + 1]; });
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<Index> columns(starts.back());
  std::vector<float> weights(starts.back()), fresh(starts.back());
  std::vector<std::uint64_t> next(starts.begin(), starts.end() - 1);
  for_each_edge([&](Index row, const TrafficEdge& edge) {
    const std::uint64_t at = next[row]++;
    columns[at] = layout.is_here(edge.place) ? row_of(rank_.scheduler(edge.place), edge.partner)
                                             : *ghost_row.find(edge.partner.bits());
    weights[at] = edge.weight;
    fresh[at] = edge.fresh;
  });
  csr_.offsets = kernels::to_device(starts);
  csr_.columns = kernels::to_device(columns);
  csr_.weights = kernels::to_device(weights);
  fresh_ = csr_;
  fresh_.weights = kernels::to_device(fresh);
  kernels::validate(csr_, rows_with_ghosts());
  kernels::validate(fresh_, rows_with_ghosts());
}

void Field::weigh() {
  const kernels::Values degrees("degrees", rows_), masses("masses", rows_), fresh("fresh", rows_),
      price_weights("price_weights", rows_);
  kernels::degrees(csr_, degrees);
  kernels::degrees(fresh_, fresh);
  total_traffic_ = total(degrees);
  fresh_traffic_ = total(fresh);
  kernels::masses(degrees, total_traffic_, masses);
  // The loads of all actors add up to one a scheduler.
  kernels::price_weights(loads_, degrees, total_traffic_ / rank_.layout().schedulers(), price_weights);
  degrees_ = degrees;
  masses_ = masses;
  price_weights_ = price_weights;
}

double Field::total(const kernels::Values& degrees) const {
  const auto unit = static_cast<float>(rank_.world().max(kernels::max_of(degrees)));
  return unit * kernels::from_fixed(rank_.world().sum(kernels::total_of("traffic", chunks_, degrees, unit)),
                                    kernels::total_scale);
}

}  // namespace circo
