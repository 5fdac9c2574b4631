#include <circo/scheduler/directory.hpp>

namespace circo {

Place Directory::find_guest(Addr addr) const {
  const Place* place = foreign_.find(addr.bits());
  return place != nullptr ? *place : Place{};
}

void Directory::forget_unused() {
  FlatMap<Place, TogetherAsSpawned> used;
  std::size_t n = 0;
  const auto is_used = [&](std::uint64_t key, Place place) {
    return place.is_here() || !place.is_unused() || is_home(Addr::from_bits(key));
  };
  foreign_.for_each([&](std::uint64_t key, Place place) { n += is_used(key, place); });
  used.reserve(n);  // keys come in the order of their hashes, which would crowd a table that grows
  foreign_.for_each([&](std::uint64_t key, Place place) {
    if (!is_used(key, place)) return;
    if (place.is_elsewhere()) place.bits_ |= Place::unused;
    used.set(key, place);
  });
  foreign_ = std::move(used);
}

void Directory::save(StateWriter& out) const {
  out.put(free_);
  out.put(static_cast<std::uint64_t>(home_.size()));
  for (const Place place : home_) out.put(place.is_here() ? without_place(place) : place);
  std::uint64_t known = 0;
  foreign_.for_each([&](std::uint64_t, Place place) { known += place.is_elsewhere(); });
  out.put(known);
  foreign_.for_each([&](std::uint64_t key, Place place) {
    if (!place.is_elsewhere()) return;
    out.put(key);
    out.put(place);
  });
}

void Directory::load(StateReader& in) {
  free_ = in.get<std::uint32_t>();
  home_.resize(in.get<std::uint64_t>());
  in.read(std::as_writable_bytes(std::span{home_}));
  away_ = 0;
  count_away(static_cast<int>(std::ranges::count_if(home_, &Place::is_elsewhere)));
  for (auto known = in.get<std::uint64_t>(); known > 0; --known) {
    const auto addr = Addr::from_bits(in.get<std::uint64_t>());
    set(addr, in.get<Place>());
  }
}

void Directory::forget_places() {
  for (Place& place : home_)
    if (!place.is_nowhere()) place = without_place(place);
  count_away(-static_cast<int>(away_));
  foreign_.clear();
}

void Directory::refuse(SchedulerId home) const {
  throw Error("an address names scheduler " + std::to_string(home) + " as its home and there are " +
              std::to_string(homes_) + ": it is no actor's; was it left uninitialised, or is it from another run?");
}

}  // namespace circo
