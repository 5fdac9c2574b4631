// Actors that move between the schedulers of a rank, or to the other rank, there and back. The floor packs the same
// bytes into a buffer and builds them up from it elsewhere.

#include <cstring>
#include <string>

#include <bench/bench.hpp>
#include <cereal/types/vector.hpp>
#include <fmt/format.h>

#include <circo/scheduler/context.hpp>
#include <circo/space/migration.hpp>

namespace circo::bench {

namespace {

struct Nothing {};

template <std::size_t bytes>
struct Traveller {
  using Receives = Messages<Nothing>;
  std::array<std::uint64_t, bytes / 8> state{};
  void on(const Nothing&, Context&) {}
};

struct Reader {
  using Receives = Messages<Nothing>;
  std::vector<std::uint64_t> pages = std::vector<std::uint64_t>(8);
  void on(const Nothing&, Context&) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pages);
  }
};

/// Address, position and place in a table of each, and its state.
class Removal {
 public:
  Removal(std::size_t n, std::size_t bytes) : bytes_{bytes}, from_(n * bytes), to_(n * bytes), table_(n) {}
  void run() {
    buffer_.clear();
    for (std::size_t i = 0; i < table_.size(); ++i) {
      append(buffer_, Label{i, {}, bytes_});
      append(buffer_, std::span{from_}.subspan(i * bytes_, bytes_));
    }
    for (ByteReader in{buffer_}; !in.empty();) {
      const auto label = in.get<Label>();
      std::ranges::copy(in.take(label.bytes), to_.begin() + static_cast<std::ptrdiff_t>(label.number * bytes_));
      table_[label.number] = label.number;
    }
    from_.swap(to_);
  }

 private:
  struct Label {
    std::uint64_t number;
    Position position;
    std::size_t bytes;
  };
  std::size_t bytes_;
  Bytes from_, to_, buffer_;
  std::vector<std::uint64_t> table_;
};

template <Actor A>
void compare(Bench& bench, std::string_view state, std::size_t state_bytes, std::uint64_t actors) {
  const Communicator& world = bench.world();
  const Dispatch dispatch = ActorTypes<A>::bind();
  RankSettings settings;
  settings.schedulers_per_rank = world.size() == 1 ? 2 : 1;
  Rank rank{world.get(), dispatch, settings};
  Scheduler& home = *rank.schedulers()[0];
  for (std::uint64_t i = 0; i < actors; ++i) home.spawn(0, {}, [](void* memory) { new (memory) A{}; });
  const SchedulerId schedulers = rank.layout().schedulers();
  auto move_all = [&] {
    std::vector<std::vector<SchedulerId>> targets;
    for (const auto& scheduler : rank.schedulers())
      targets.emplace_back(scheduler->arena().size(), (scheduler->id() + 1) % schedulers);
    const auto moved = static_cast<std::uint64_t>(world.sum(static_cast<std::int64_t>(migrate(rank, targets, {}))));
    check(moved == actors * static_cast<std::uint64_t>(world.size()), "not all actors moved");
  };
  Removal by_hand{actors, state_bytes};
  bench.compare(fmt::format("ranks={} state={}", world.size(), state), actors, "actors a rank", move_all,
                [&] { by_hand.run(); });
}

}  // namespace

void migrate(Bench& bench) {
  const std::uint64_t actors = bench.size(400'000, 1000);
  compare<Traveller<16>>(bench, "16B", 16, actors);
  compare<Traveller<1024>>(bench, "1KiB", 1024, bench.size(100'000, 1000));
  compare<Reader>(bench, "cereal-vector-of-8", 72, actors);
}

}  // namespace circo::bench
