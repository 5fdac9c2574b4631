#include <algorithm>
#include <cmath>
#include <utility>

#include <circo/defaults.hpp>
#include <circo/kernels/label_loads.hpp>
#include <circo/space/melting.hpp>

namespace circo {

Melting::Melting(Rank& rank) : rank_{rank}, prices_(rank.layout().schedulers(), 0) {
  for (const auto& scheduler : rank.schedulers())
    columns_.push_back(scheduler->arena().add_column<kernels::SoftLabel>());
}

void Melting::begin(const Field& field) {
  if (!molten_) return;
  std::vector<kernels::SoftLabel> soft(field.rows_with_ghosts());
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
    const auto shares = rank_.schedulers()[i]->arena().column(columns_[i]);
    std::ranges::copy(shares, soft.begin() + field.offsets()[i]);
    // Actors that are new have no share yet, and belong where they are.
    for (std::size_t row = 0; row < shares.size(); ++row)
      if (shares[row].shares[0] == 0)
        soft[field.offsets()[i] + row] = {
            {rank_.schedulers()[i]->id(), kernels::no_label, kernels::no_label, kernels::no_label}, {1, 0, 0, 0}};
  }
  now_ = kernels::to_device(soft);
  next_ = kernels::SoftLabels("circo::Melting::next", soft.size());
}

void Melting::melt(const Labelling& labelling, float sharpness) {
  now_ = kernels::soften(labelling.labels);
  next_ = kernels::SoftLabels("circo::Melting::next", labelling.labels.extent(0));
  std::ranges::fill(prices_, 0.0F);
  sharpness_ = sharpness;
  age_ = 0;
  molten_ = true;
}

void Melting::sweep(const Field& field, kernels::TrafficWorkspace& workspace) {
  const auto shares = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), now_);
  field.update_ghosts(std::span{shares.data(), shares.size()}, 1);
  Kokkos::deep_copy(now_, shares);
  auto sums = kernels::soft_load_sums(field.chunks(), now_, field.loads(), rank_.layout().schedulers());
  rank_.world().sum(sums);
  const auto loads = kernels::loads_from(sums);
  for (std::size_t q = 0; q < prices_.size(); ++q)
    prices_[q] += static_cast<float>(defaults::molten_price_rate * std::min(loads[q] - 1, 4.0));
  const double progress = std::min(1.0, age_ / (defaults::molten_sweeps - 1.0));
  // Where many labels meet in an actor, all would follow the same one at once: the colder the slower.
  kernels::MeanFieldRule rule;
  rule.follow = std::min(1.0F, std::sqrt(static_cast<float>(defaults::warmest) / sharpness_));
  rule.sharpness = sharpness_ * static_cast<float>(std::pow(defaults::cooling, progress));
  ++age_;
  kernels::mean_field(field.csr(), now_, field.price_weights(), prices_, rule, workspace, next_);
  std::swap(now_, next_);
}

void Melting::freeze(Labelling& labelling) {
  kernels::harden(now_, labelling.labels);
  std::ranges::fill(labelling.surcharges, 0.0F);
  molten_ = false;
}

void Melting::end(const Field& field) {
  if (!molten_) return;
  const auto shares = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), now_);
  for (std::size_t i = 0; i < rank_.schedulers().size(); ++i) {
    const auto mine = rank_.schedulers()[i]->arena().column(columns_[i]);
    for (std::size_t row = 0; row < mine.size(); ++row) mine[row] = shares(field.offsets()[i] + row);
  }
}

void Melting::save(Bytes& out) const {
  append(out, std::uint64_t{molten_});
  append(out, sharpness_);
  append(out, age_);
  append(out, std::as_bytes(std::span{prices_}));
}

void Melting::load(ByteReader& in) {
  molten_ = in.get<std::uint64_t>() != 0;
  sharpness_ = in.get<float>();
  age_ = in.get<int>();
  for (float& price : prices_) price = in.get<float>();
}

}  // namespace circo
