#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <cereal/types/array.hpp>
#include <cereal/types/vector.hpp>
#include <pagerank/reference.hpp>

#include <circo/actor/observer.hpp>
#include <circo/graph/graph.hpp>
#include <circo/run/model.hpp>

namespace circo::models {

/// Part of a vertex' rank that flows along one of its arcs in an iteration.
struct RankShare {
  double rank;
  std::uint64_t iteration;
};
/// What the actors below a hub have to say of an iteration: the rank without a way out, and how much ranks changed by
/// it.
struct IterationReport {
  double dangling;
  double change;
};
/// Every vertex has reported: the iteration may be finished with the dangling rank of all.
struct FinishIteration {
  double dangling;
  bool last;  ///< do not begin another
};

/// A vertex. Iteration k ends for it when the shares of all its in-arcs and the hub's word have come. Those of
/// iteration k + 1 may come earlier, never those of k + 2, as that waits for this vertex' report: so there are two of
/// each, by parity.
class Vertex {
 public:
  using Receives = Messages<RankShare, FinishIteration>;

  Vertex() = default;
  /// `shares`: part of the rank for each arc; empty: equal parts.
  Vertex(std::uint64_t number, std::uint64_t vertices, double damping, std::uint64_t in_arcs, Addr hub,
         std::vector<Addr> out, std::vector<double> shares);

  void on_spawn(Context& ctx) { begin(ctx, 0); }
  void on(const RankShare& share, Context& ctx);
  void on(const FinishIteration& finish, Context& ctx);

  void observe(Observer& see) const {
    see("vertex", "", static_cast<double>(number_));
    see("pagerank", "", rank_);
  }

  std::uint64_t number() const { return number_; }
  double rank() const { return rank_; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(number_, vertices_, damping_, in_arcs_, rank_, iteration_, hub_, out_, shares_, inflow_, arrived_, word_,
            dangling_, last_);
  }

 private:
  void begin(Context& ctx, double change);
  void finish_if_complete(Context& ctx);

  std::uint64_t number_ = 0, vertices_ = 1;
  double damping_ = 0;
  std::uint64_t in_arcs_ = 0;
  double rank_ = 0;
  std::uint64_t iteration_ = 0;
  Addr hub_;
  std::vector<Addr> out_;
  std::vector<double> shares_;
  std::array<double, 2> inflow_{};
  std::array<std::uint64_t, 2> arrived_{};
  bool word_ = false;  // the hub's, for the present iteration
  double dangling_ = 0;
  bool last_ = false;
};

/// A node of the tree of hubs that adds up reports and passes the word down, so that no actor talks to all vertices.
class Hub {
 public:
  using Receives = Messages<IterationReport, FinishIteration>;

  Hub() = default;
  Hub(Addr parent, std::vector<Addr> children, double tolerance, std::uint64_t iterations)
      : parent_{parent}, children_{std::move(children)}, tolerance_{tolerance}, iterations_{iterations} {}

  void on(const IterationReport& report, Context& ctx);
  void on(const FinishIteration& finish, Context& ctx);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(parent_, children_, tolerance_, iterations_, done_, reports_, dangling_, change_);
  }

 private:
  Addr parent_;  // nobody: this is the root
  std::vector<Addr> children_;
  double tolerance_ = 0;
  std::uint64_t iterations_ = 0;
  std::uint64_t done_ = 0;  // iterations finished, at the root
  std::uint64_t reports_ = 0;
  double dangling_ = 0;
  double change_ = 0;
};

/// PageRank with an actor a vertex, checked against a serial power iteration.
class PageRankModel {
 public:
  using Actors = ActorTypes<Vertex, Hub>;
  static constexpr std::string_view name = "pagerank";
  static constexpr std::string_view describe = "PageRank with an actor a vertex, on a graph file or a generated graph";

  void add_options(CLI::App& app);
  void prepare(const Communicator& world, std::uint64_t seed);
  void setup(Setup& setup) const;
  void finish(Finish& finish) const;

 private:
  std::string graph_name_ = "rmat:12";
  PageRankOptions options_;
  bool no_check_ = false;
  Graph graph_;
  std::vector<double> out_weight_;      // [vertices]
  std::vector<std::uint64_t> in_arcs_;  // [vertices] arcs that rank flows in by
  std::vector<Graph::Vertex> order_;    // [vertices] those of a lowest hub side by side
  std::vector<std::uint32_t> hub_of_;   // [vertices] the lowest hub that each reports to
};

}  // namespace circo::models
