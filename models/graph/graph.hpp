#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <graph/conversation.hpp>
#include <graph/events.hpp>

#include <circo/graph/graph.hpp>
#include <circo/run/model.hpp>

namespace circo::models {

/// Time for another round of messages.
struct TalkTick {};
/// What vertices say to each other.
struct Word {
  std::uint64_t tick;
};

/// A vertex. At each tick, one a superstep, it sends each neighbor as many messages as the rate of their edge says.
class Talker {
 public:
  using Receives = Messages<TalkTick, Word>;
  struct Partner {
    Addr addr;
    std::uint64_t rate;
    std::uint64_t due;  ///< less than a message, left over from the ticks before
  };

  Talker() = default;
  /// `ticks`: rounds of messages; 0: for ever.
  Talker(std::uint64_t vertex, std::uint64_t ticks) : vertex_{vertex}, ticks_{ticks} {}
  void become(double load, std::vector<Partner> partners);

  void on_spawn(Context& ctx) { ctx.wake(TalkTick{}); }
  void on(const TalkTick&, Context& ctx);
  void on(const Word&, Context&) { ++received_; }
  double load() const { return load_; }

  std::uint64_t vertex() const { return vertex_; }
  std::uint64_t ticks_done() const { return done_; }
  std::uint64_t received() const { return received_; }

  template <class Archive>
  void serialize(Archive& archive) {
    std::uint64_t partners = partners_.size();
    archive(vertex_, ticks_, done_, received_, load_, partners);
    partners_.resize(partners);
    archive(cereal::binary_data(partners_.data(), partners * sizeof(Partner)));
  }

 private:
  std::uint64_t vertex_ = 0, ticks_ = 0, done_ = 0, received_ = 0;
  double load_ = 1;
  std::vector<Partner> partners_;
};

/// The lab's model: any graph as traffic, and what happens to it while the program runs.
class GraphModel {
 public:
  using Actors = ActorTypes<Talker>;
  static constexpr std::string_view name = "graph";
  static constexpr std::string_view describe = "a graph's vertices talk along its edges: the lab of placement";

  void add_options(CLI::App& app);
  void prepare(const Communicator& world, std::uint64_t seed);
  void setup(Setup& setup) const;
  void on_epoch(EpochEdit& edit);
  void finish(Finish& finish) const;

 private:
  void hand_out(EpochEdit& edit);

  std::string graph_name_ = "grid2d:100x100";
  std::string loads_ = "uniform";
  double rate_ = 4;
  std::uint64_t ticks_ = 0;
  std::vector<std::string> event_texts_;

  Graph graph_;
  Conversation original_, conversation_;  // before all events, and now
  Lines lines_;                           // of original_
  Events events_;
  Quality quality_;
};

}  // namespace circo::models
