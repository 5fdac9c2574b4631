#include <algorithm>
#include <numeric>

#include <circo/defaults.hpp>
#include <circo/kernels/fixed_point.hpp>
#include <circo/kernels/grants.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/kernels/prices.hpp>
#include <circo/space/label_traffic.hpp>
#include <circo/space/labelling.hpp>
#include <circo/space/overlap.hpp>

namespace circo {

namespace {

using kernels::Index;

/// A request on its way, and where the answer goes.
struct Wish {
  kernels::Request request;
  std::uint32_t rank;  // of the actor
  Index row;           // of the actor there
  std::uint64_t labelling;
};
static_assert(sizeof(Wish) % 8 == 0);

/// *Collective.* Brings each wish to the rank that `host` gives.
template <class Host>
std::vector<Wish> send(Rank& rank, std::vector<Wish> wishes, Host&& host) {
  const Layout& layout = rank.layout();
  std::ranges::stable_sort(wishes, {}, host);
  for (auto first = wishes.begin(); first != wishes.end();) {
    const int to = host(*first);
    const auto last = std::find_if(first, wishes.end(), [&](const Wish& wish) { return host(wish) != to; });
    const auto bytes = std::as_bytes(std::span{first, last});
    std::ranges::copy(bytes, rank.exchange()
                                 .add({layout.first(), static_cast<SchedulerId>(to) * layout.per_rank, bytes.size(),
                                       static_cast<std::uint64_t>(last - first)})
                                 .begin());
    first = last;
  }
  std::vector<Wish> arrived;
  for (const Section& section : rank.exchange().deliver())
    for (ByteReader in{section.data}; !in.empty();) arrived.push_back(in.get<Wish>());
  return arrived;
}

/// Those wishes of one labelling that `choose` lets pass, whatever the order in which they arrived.
template <class Choose>
std::vector<Wish> select(const std::vector<Wish>& wishes, std::uint64_t labelling, Choose&& choose) {
  std::vector<kernels::Request> requests;
  FlatMap<std::uint32_t> wish_of;
  for (std::uint32_t i = 0; i < wishes.size(); ++i) {
    if (wishes[i].labelling != labelling) continue;
    requests.push_back(wishes[i].request);
    wish_of.set(wishes[i].request.id, i);
  }
  std::vector<Wish> chosen;
  for (const kernels::Request& request : choose(std::move(requests)))
    chosen.push_back(wishes[*wish_of.find(request.id)]);
  return chosen;
}

std::vector<double> loads_of(Rank& rank, const Field& field, std::span<Labelling* const> labellings) {
  std::vector<std::int64_t> sums;
  for (const Labelling* labelling : labellings) {
    const auto part =
        kernels::label_load_sums(field.chunks(), labelling->labels, field.loads(), rank.layout().schedulers());
    sums.insert(sums.end(), part.begin(), part.end());
  }
  rank.world().sum(sums);
  return kernels::loads_from(sums);
}

void update_ghosts(const Field& field, const Labelling& labelling) {
  const auto labels = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), labelling.labels);
  field.update_ghosts(std::span{labels.data(), labels.size()}, 1);
  Kokkos::deep_copy(labelling.labels, labels);
}

}  // namespace

void measure(Rank& rank, const Field& field, const Levels& levels, std::span<Labelling* const> labellings) {
  std::vector<std::int64_t> cuts;
  for (const Labelling* labelling : labellings) {
    update_ghosts(field, *labelling);
    const auto [csr, total] = field.judge();
    cuts.push_back(kernels::cut_sum(csr, field.chunks(), labelling->labels, total));
  }
  rank.world().sum(cuts);
  const auto loads = loads_of(rank, field, labellings);
  const std::size_t n = rank.layout().schedulers();
  for (std::size_t k = 0; k < labellings.size(); ++k) {
    labellings[k]->cut = kernels::from_fixed(cuts[k], kernels::cut_scale);
    if (levels.matter()) {
      std::vector<std::uint32_t> own(n);
      std::iota(own.begin(), own.end(), 0u);
      labellings[k]->cut = cost_of(traffic_between(rank, field, labellings[k]->labels), levels, own);
    }
    labellings[k]->imbalance = std::ranges::max(std::span{loads}.subspan(k * n, n));
  }
}

void refine(Rank& rank, const Field& field, std::span<const Refinement> refinements,
            kernels::TrafficWorkspace& workspace, Random& random) {
  const Layout& layout = rank.layout();
  const std::size_t n = layout.schedulers();
  std::vector<Labelling*> labellings;
  for (const Refinement& refinement : refinements) {
    labellings.push_back(refinement.labelling);
    update_ghosts(field, *refinement.labelling);
  }
  const auto all_loads = loads_of(rank, field, labellings);
  std::vector<Wish> wishes;
  kernels::Proposals proposals;
  auto loads = [&](std::size_t k) { return std::span{all_loads}.subspan(k * n, n); };
  for (std::size_t k = 0; k < refinements.size(); ++k) {
    Labelling& labelling = *refinements[k].labelling;
    const auto prices = kernels::update_prices(loads(k), labelling.surcharges, {.cap = defaults::load_cap});
    std::vector<std::uint32_t> order(n);
    std::ranges::generate(order, [&] { return static_cast<std::uint32_t>(random()); });
    const auto lightest = kernels::lightest_labels(loads(k));
    kernels::GainsRule rule;
    rule.cap = defaults::load_cap;
    rule.noise = refinements[k].noise;
    rule.hysteresis = refinements[k].hysteresis;
    rule.quantum = refinements[k].quantum;
    rule.upward = (random() & 1) != 0;
    rule.stream = random();
    kernels::propose_moves(field.csr(), labelling.labels, field.loads(), field.price_weights(), field.ids(),
                           {loads(k), prices, order, lightest}, rule, workspace, proposals);
    const auto targets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), proposals.targets);
    Index row = 0;
    for (const auto& request :
         kernels::requests_of(proposals, field.ids(), field.loads(), field.price_weights(), labelling.labels, prices)) {
      while (targets(row) == kernels::no_label) ++row;
      wishes.push_back({request, static_cast<std::uint32_t>(layout.rank), row++, k});
    }
  }
  wishes = send(rank, std::move(wishes), [&](const Wish& wish) { return layout.host(wish.request.source); });
  std::vector<Wish> released, granted;
  for (std::size_t k = 0; k < refinements.size(); ++k)
    std::ranges::move(
        select(wishes, k, [&](auto requests) { return kernels::limit_outflow(std::move(requests), loads(k)); }),
        std::back_inserter(released));
  released = send(rank, std::move(released), [&](const Wish& wish) { return layout.host(wish.request.target); });
  for (std::size_t k = 0; k < refinements.size(); ++k)
    std::ranges::move(
        select(released, k,
               [&](auto requests) { return kernels::grant(std::move(requests), loads(k), defaults::load_cap); }),
        std::back_inserter(granted));
  granted = send(rank, std::move(granted), [](const Wish& wish) { return static_cast<int>(wish.rank); });
  for (std::size_t k = 0; k < refinements.size(); ++k) {
    const auto labels = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), refinements[k].labelling->labels);
    for (const Wish& wish : granted)
      if (wish.labelling == k) labels(wish.row) = wish.request.target;
    Kokkos::deep_copy(refinements[k].labelling->labels, labels);
  }
}

double differing_share(Rank& rank, const Field& field, const Labelling& a, const Labelling& b) {
  const auto of_a = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.labels);
  const auto of_b = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), b.labels);
  std::int64_t differing = 0;
  for (Index row = 0; row < field.rows(); ++row) differing += of_a(row) != of_b(row);
  return static_cast<double>(rank.world().sum(differing)) /
         static_cast<double>(std::max<std::uint64_t>(field.actors(), 1));
}

void match(Rank& rank, const Field& field, const Levels& levels, Labelling& labelling, const Labelling& other) {
  const auto labels = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), labelling.labels);
  const auto others = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), other.labels);
  FlatMap<std::uint64_t> count;
  for (Index row = 0; row < field.rows(); ++row)
    ++*count.insert((std::uint64_t{labels(row)} << 32 | others(row)) + 1).first;
  std::vector<Overlap> mine;
  count.for_each([&](std::uint64_t pair, std::uint64_t actors) {
    mine.push_back({static_cast<std::uint32_t>((pair - 1) >> 32), static_cast<std::uint32_t>(pair - 1),
                    static_cast<double>(actors)});
  });
  const auto bytes = rank.world().gather_all(std::as_bytes(std::span{mine}));
  std::vector<Overlap> all;
  for (ByteReader in{bytes}; !in.empty();) all.push_back(in.get<Overlap>());
  auto names = names_by_overlap(all, rank.layout().schedulers());
  if (levels.matter()) {
    update_ghosts(field, labelling);
    const auto traffic = traffic_between(rank, field, labelling.labels);
    auto arranged = names;
    arrange(traffic, levels, arranged);
    double more_moves = 0;
    for (const Overlap& each : all)
      more_moves += each.weight * ((names[each.part] == each.place) - (arranged[each.part] == each.place));
    const double asked = 1 - defaults::gain_per_move * more_moves / static_cast<double>(field.actors());
    if (cost_of(traffic, levels, arranged) < asked * cost_of(traffic, levels, names)) names = std::move(arranged);
  }
  const auto before = labelling.surcharges;
  for (std::size_t a = 0; a < names.size(); ++a) labelling.surcharges[names[a]] = before[a];
  for (std::size_t row = 0; row < labels.size(); ++row) labels(row) = names[labels(row)];
  Kokkos::deep_copy(labelling.labels, labels);
}

}  // namespace circo
