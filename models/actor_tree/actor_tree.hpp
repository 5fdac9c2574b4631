#pragma once

#include <array>
#include <cstdint>

#include <CLI/App.hpp>

#include <circo/run/model.hpp>

namespace circo::models {

/// Asks for one more level; goes down to the leaves.
struct Grow {
  Addr report_to;
};
/// A leaf has grown `count` children.
struct Grown {
  std::uint64_t count;
};

/// A node of a binary tree. A leaf grows two children; an inner node passes the request on.
struct TreeNode {
  using Receives = Messages<Grow>;
  std::array<Addr, 2> child{};

  void on(const Grow& grow, Context& ctx) {
    if (child[0]) {
      for (const Addr each : child) ctx.send(each, grow);
      return;
    }
    for (Addr& each : child) each = ctx.spawn<TreeNode>();
    ctx.send(grow.report_to, Grown{2});
  }
};

/// Has the tree grow level by level and counts its nodes: 2^(i+1) - 1 after i levels.
struct TreeCreator {
  using Receives = Messages<Grown>;
  std::uint64_t levels = 0;
  Addr root{};
  std::uint64_t level = 0;
  std::uint64_t nodes = 1;
  std::uint64_t missing = 0;  ///< children of the present level that have not been reported

  void on_spawn(Context& ctx);
  void on(const Grown& grown, Context& ctx);

 private:
  void grow(Context& ctx);
};

/// Circo's first example: a binary tree that grows by one level a start.
class ActorTree {
 public:
  using Actors = ActorTypes<TreeNode, TreeCreator>;
  static constexpr std::string_view name = "actor_tree";
  static constexpr std::string_view describe = "a binary tree that grows level by level";

  void add_options(CLI::App& app);
  void setup(Setup& setup) const;
  void finish(Finish& finish) const;

 private:
  std::uint64_t levels_ = 14;
};

}  // namespace circo::models
