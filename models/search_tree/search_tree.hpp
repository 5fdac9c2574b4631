#pragma once

#include <cstdint>
#include <vector>

#include <CLI/App.hpp>
#include <cereal/types/vector.hpp>

#include <circo/actor/observer.hpp>
#include <circo/run/model.hpp>

namespace circo::models {

/// A key on its way from the root to the leaf where it belongs.
struct KeyQuery {
  std::uint64_t key;
  Addr asker;
  bool insert;  ///< put it there; otherwise: is it there?
};
struct KeyAnswer {
  std::uint64_t key;
  bool found;
  bool inserted;
};
/// Time for a client to ask anew.
struct AskAgain {};
/// Tells a node who its parent's other child is.
struct Sibling {
  Addr addr;
};
/// Says nothing: it pushes the sibling away.
struct Push {};

/// A node of a binary search tree. A leaf holds keys, sorted; one that has too many becomes the parent of two.
class SearchNode {
 public:
  using Receives = Messages<KeyQuery, Sibling, Push>;

  SearchNode() = default;
  SearchNode(std::vector<std::uint64_t> keys, std::uint64_t most_keys, std::uint64_t push_every)
      : keys_{std::move(keys)}, most_keys_{most_keys}, push_every_{push_every} {}

  void on(const KeyQuery& query, Context& ctx);
  void on(const Sibling& sibling, Context&) { sibling_ = sibling.addr; }
  void on(const Push&, Context&) {}

  void observe(Observer& see) const {
    if (is_leaf()) see("keys", "", static_cast<double>(keys()));
  }

  bool is_leaf() const { return !low_; }
  std::uint64_t keys() const { return keys_.size(); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(keys_, most_keys_, push_every_, queries_, low_, high_, sibling_, first_high_);
  }

 private:
  void split(Context& ctx);

  std::vector<std::uint64_t> keys_;  // of a leaf
  std::uint64_t most_keys_ = 1;
  std::uint64_t push_every_ = 0;
  std::uint64_t queries_ = 0;
  Addr low_, high_, sibling_;  // children: keys below first_high_, and the others
  std::uint64_t first_high_ = 0;
};

/// Fills the tree with keys of its own, then searches for keys that are there and keys that are not, in turn, with so
/// many queries in flight, and checks the answers. It asks anew once a superstep, so that none is served before others
/// because the tree happens to be near it.
class TreeClient {
 public:
  using Receives = Messages<KeyAnswer, AskAgain>;

  TreeClient() = default;
  TreeClient(Addr root, std::uint64_t keys, std::uint64_t searches, std::uint64_t in_flight, std::uint64_t stream)
      : root_{root}, keys_{keys}, searches_{searches}, idle_{in_flight}, stream_{stream} {}

  void on_spawn(Context& ctx) { ctx.wake(AskAgain{}); }
  void on(const KeyAnswer& answer, Context& ctx);
  void on(const AskAgain&, Context& ctx);

  std::uint64_t inserted() const { return inserted_; }
  std::uint64_t found() const { return found_; }
  std::uint64_t missed() const { return missed_; }
  std::uint64_t wrong() const { return wrong_; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(root_, keys_, searches_, idle_, stream_, sent_, inserted_, found_, missed_, wrong_);
  }

 private:
  void ask(Context& ctx);
  /// Key i of its own. Even: the odd ones are in no tree.
  std::uint64_t key(std::uint64_t i) const { return mix(stream_, i) & ~std::uint64_t{1}; }

  Addr root_;
  std::uint64_t keys_ = 0, searches_ = 0;
  std::uint64_t idle_ = 0;  // queries that may be sent when it asks again
  std::uint64_t stream_ = 0;
  std::uint64_t sent_ = 0;                                           // queries, inserts first
  std::uint64_t inserted_ = 0, found_ = 0, missed_ = 0, wrong_ = 0;  // answers
};

/// Circo's second showcase: a search tree that grows by splitting leaves while it is searched.
class SearchTree {
 public:
  using Actors = ActorTypes<SearchNode, TreeClient>;
  static constexpr std::string_view name = "search_tree";
  static constexpr std::string_view describe = "a binary search tree whose leaves split, searched at random keys";

  void add_options(CLI::App& app);
  void setup(Setup& setup) const;
  void finish(Finish& finish) const;

 private:
  std::uint64_t keys_ = 200000;
  std::uint64_t leaf_ = 1000;
  std::uint64_t clients_ = 8;
  std::uint64_t searches_ = 0;
  std::uint64_t in_flight_ = 2000;
  std::uint64_t push_every_ = 10;
};

}  // namespace circo::models
