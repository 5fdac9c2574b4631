#include <map>

#include <circo/defaults.hpp>
#include <circo/scheduler/directory.hpp>

namespace circo {

Place Directory::find_in_hash(Addr addr) const {
  const Place* place = foreign_.find(addr.bits());
  return place != nullptr ? *place : Place{};
}

template <class Use>
void Directory::for_each_foreign(Use&& use) const {
  for (const Table& table : tables_) {
    if (table.home == self_) continue;
    for (std::uint32_t index = 0; index < table.places.size(); ++index)
      if (const Place place = table.places[index]; !place.is_nowhere())
        use(Addr{table.home, index, place.generation()}, place);
  }
  foreign_.for_each([&](std::uint64_t key, Place place) { use(Addr::from_bits(key), place); });
}

void Directory::forget_unused() {
  std::vector<std::pair<Addr, Place>> cached;
  for_each_foreign([&](Addr addr, Place place) {
    if (!place.is_here() && !is_home(addr)) cached.emplace_back(addr, place);
  });
  for (auto [addr, place] : cached) {
    if (place.is_unused()) {
      forget(addr);
    } else {
      place.bits_ |= Place::unused;
      set(addr, place);
    }
  }
}

void Directory::arrange() {
  // Not worth the work while few are in the hash, and those who left have not emptied the tables.
  std::size_t room = 0;
  for (const Table& table : tables_) room += table.home != self_ ? table.places.size() : 0;
  if (foreign_.size() <= listed_ / 16 && room <= 2 * defaults::table_sparsity * listed_) return;
  struct Known {
    std::uint32_t actors = 0;
    std::uint32_t indices = 0;
  };
  std::map<SchedulerId, Known> homes;
  std::vector<std::pair<Addr, Place>> all;
  all.reserve(known_foreign());
  for_each_foreign([&](Addr addr, Place place) {
    all.emplace_back(addr, place);
    Known& known = homes[addr.home()];
    ++known.actors;
    known.indices = std::max(known.indices, addr.index() + 1);
  });
  forget_foreign();
  for (const auto& [home, known] : homes) {
    Table& table = tables_[home % home_slots];
    if (table.home != Addr::max_schedulers || known.actors * defaults::table_sparsity < known.indices) continue;
    table.home = home;
    table.places.resize(known.indices);
  }
  std::size_t in_hash = 0;
  for (const auto& [addr, place] : all) in_hash += entry(addr) == nullptr;
  foreign_.reserve(in_hash);
  for (const auto& [addr, place] : all) set(addr, place);
}

void Directory::save(StateWriter& out) const {
  out.put(free_);
  out.put(static_cast<std::uint64_t>(indices()));
  for (const Place place : own()) out.put(place.is_here() ? without_place(place) : place);
  std::uint64_t known = 0;
  for_each_foreign([&](Addr, Place place) { known += place.is_elsewhere(); });
  out.put(known);
  for_each_foreign([&](Addr addr, Place place) {
    if (!place.is_elsewhere()) return;
    out.put(addr.bits());
    out.put(place);
  });
}

void Directory::load(StateReader& in) {
  free_ = in.get<std::uint32_t>();
  own().resize(in.get<std::uint64_t>());
  in.read(std::as_writable_bytes(std::span{own()}));
  away_ = 0;
  count_away(static_cast<int>(std::ranges::count_if(own(), &Place::is_elsewhere)));
  for (auto known = in.get<std::uint64_t>(); known > 0; --known) {
    const auto addr = Addr::from_bits(in.get<std::uint64_t>());
    set(addr, in.get<Place>());
  }
}

void Directory::forget_foreign() {
  for (Table& table : tables_)
    if (table.home != self_) table = {};
  listed_ = 0;
  foreign_ = {};  // its memory too
}

void Directory::forget_places() {
  for (Place& place : own())
    if (!place.is_nowhere()) place = without_place(place);
  count_away(-static_cast<int>(away_));
  forget_foreign();
}

SchedulerId Directory::heir(SchedulerId home) const {
  if (home < homes_) return home % schedulers_;
  throw Error("an address names scheduler " + std::to_string(home) + " as its home and there are " +
              std::to_string(homes_) + ": it is no actor's; was it left uninitialised, or is it from another run?");
}

}  // namespace circo
