#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include <circo/run/epoch.hpp>
#include <circo/run/setup.hpp>
#include <circo/transport/rank.hpp>

namespace circo {

/// Calls `use(Scheduler&, Addr, A&)` for each actor of type A that lives on this rank, scheduler by scheduler. Local.
template <Actor A, class Use>
void for_each_actor(Rank& rank, Use&& use) {
  for (const auto& scheduler : rank.schedulers()) {
    Arena& arena = scheduler->arena();
    for (std::uint32_t row = 0; row < arena.size(); ++row)
      if (arena.type_number(row) == actor_number<A>)
        use(*scheduler, arena.addr(row), *static_cast<A*>(arena.head(row).state()));
  }
}

/// What a model can see and change when an epoch has closed: actors have moved, nothing is in flight, and what it
/// changes holds from the next superstep on. A resumed run begins with the epoch after its checkpoint: what the model
/// itself keeps of epochs before it makes up for then. *Collective* use: every rank calls the same.
class EpochEdit {
 public:
  EpochEdit(Rank& rank, Epoch& epoch) : rank_{rank}, epoch_{epoch} {}
  EpochEdit(const EpochEdit&) = delete;
  EpochEdit& operator=(const EpochEdit&) = delete;

  const Communicator& world() const { return rank_.world(); }
  SchedulerId schedulers() const { return rank_.layout().schedulers(); }
  const Epoch& epoch() const { return epoch_; }
  /// Calls `use(SchedulerId, Addr, A&)` for each actor of type A that lives on this rank. Local. In strict mode what it
  /// does to an actor must not depend on which others are on this rank.
  template <Actor A, class Use>
  void for_each(Use&& use) {
    for_each_actor<A>(rank_, [&](Scheduler& at, Addr addr, A& actor) { use(at.id(), addr, actor); });
  }
  /// *Collective.* The scheduler where each of the n actors of type A is; `number(const A&)`, below n, tells them
  /// apart. Throws Error on all ranks when a number is n or more.
  template <Actor A, class Number>
  std::vector<SchedulerId> places(std::uint64_t n, Number&& number) {
    std::vector<std::uint64_t> mine;
    for_each<A>([&](SchedulerId at, Addr, const A& actor) {
      mine.push_back(number(actor));
      mine.push_back(at);
    });
    std::vector<SchedulerId> places(n);
    const auto all = world().gather_all(std::as_bytes(std::span{mine}));
    for (ByteReader in{all}; !in.empty();) {
      const auto actor = in.get<std::uint64_t>();
      if (actor >= n)
        throw Error(fmt::format("places(): an actor of type {} has the number {}; expected one below {}",
                                actor_name<A>(), actor, n));
      places[actor] = static_cast<SchedulerId>(in.get<std::uint64_t>());
    }
    return places;
  }
  /// A column of metrics.csv, behind the engine's, named with letters, digits and _; the same names in the same order
  /// at every epoch, else the run ends. Rank 0's values count.
  void report(std::string name, double value) { epoch_.of_model.emplace_back(std::move(name), value); }

 private:
  Rank& rank_;
  Epoch& epoch_;
};

/// What a model can do when its run is over. *Collective* use: every rank calls the same.
class Finish {
 public:
  explicit Finish(Rank& rank) : rank_{rank} {}
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;

  const Communicator& world() const { return rank_.world(); }
  /// Calls `use(Addr, const A&)` for each actor of type A that lives on this rank. Local.
  template <Actor A, class Use>
  void for_each(Use&& use) const {
    for_each_actor<A>(rank_, [&](Scheduler&, Addr addr, const A& actor) { use(addr, actor); });
  }
  /// Adds to the run's result. Rank 0's values count.
  void report(std::string_view name, Value value) { report_.put(name, std::move(value)); }
  const Report& report() const { return report_; }

 private:
  Rank& rank_;
  Report report_;
};

/// A program for the engine: a class with
///
///   using Actors = ActorTypes<...>;
///   static constexpr std::string_view name, describe;     one word; one line
///   void setup(Setup&) const                              makes the first actors, sends the first messages
///
/// and, if it likes,
///
///   void add_options(CLI::App&)                           its options, with checks
///   void prepare(const Communicator&, std::uint64_t seed) *collective*, before the actors: reads its input
///   void on_epoch(EpochEdit&)                             *collective*, after each epoch: sees and changes actors
///   void finish(Finish&) const                            *collective*, after the run: its result
template <class M>
concept ModelClass = requires(const M& model, Setup& setup) {
  typename M::Actors;
  {std::string_view{M::name}};
  {std::string_view{M::describe}};
  model.setup(setup);
};

namespace detail {
CIRCO_MEMBER_FUNCTION(add_options)
CIRCO_MEMBER_FUNCTION(prepare)
CIRCO_MEMBER_FUNCTION(on_epoch)
CIRCO_MEMBER_FUNCTION(finish)
}  // namespace detail

/// A model as the command sees it.
class Model {
 public:
  virtual ~Model() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view describe() const = 0;
  virtual void add_options(CLI::App& app) = 0;
  virtual void prepare(const Communicator& world, std::uint64_t seed) = 0;
  virtual Dispatch bind() const = 0;
  virtual void setup(Setup& setup) const = 0;
  virtual void on_epoch(EpochEdit& edit) = 0;
  virtual void finish(Finish& finish) const = 0;
};

template <ModelClass M>
class ModelOf final : public Model {
 public:
  std::string_view name() const override { return M::name; }
  std::string_view describe() const override { return M::describe; }
  void add_options(CLI::App& app) override {
    if constexpr (requires { model_.add_options(app); }) {
      model_.add_options(app);
    } else {
      static_assert(!detail::has_function_add_options<M>,
                    "circo: a model has a function add_options that cannot be called; expected a public `void "
                    "add_options(CLI::App&)`");
    }
  }
  void prepare(const Communicator& world, std::uint64_t seed) override {
    if constexpr (requires { model_.prepare(world, seed); }) {
      model_.prepare(world, seed);
    } else {
      static_assert(
          !detail::has_function_prepare<M>,
          "circo: a model has a function prepare that cannot be called; expected a public `void prepare(const "
          "circo::Communicator&, std::uint64_t seed)`");
    }
  }
  Dispatch bind() const override { return M::Actors::bind(); }
  void setup(Setup& setup) const override { model_.setup(setup); }
  void on_epoch(EpochEdit& edit) override {
    if constexpr (requires { model_.on_epoch(edit); }) {
      model_.on_epoch(edit);
    } else {
      static_assert(!detail::has_function_on_epoch<M>,
                    "circo: a model has a function on_epoch that cannot be called; expected a public `void "
                    "on_epoch(circo::EpochEdit&)`");
    }
  }
  void finish(Finish& finish) const override {
    if constexpr (requires { model_.finish(finish); }) {
      model_.finish(finish);
    } else {
      static_assert(!detail::has_function_finish<M>,
                    "circo: a model has a function finish that cannot be called; expected a public `void "
                    "finish(circo::Finish&) const`");
    }
  }

 private:
  M model_;
};

}  // namespace circo
