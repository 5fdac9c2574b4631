#include <actor_tree/actor_tree.hpp>

#include <circo/run/checks.hpp>

namespace circo::models {

void TreeCreator::on_spawn(Context& ctx) {
  root = ctx.spawn<TreeNode>();
  grow(ctx);
}

void TreeCreator::on(const Grown& grown, Context& ctx) {
  nodes += grown.count;
  missing -= grown.count;
  if (missing == 0) grow(ctx);
}

void TreeCreator::grow(Context& ctx) {
  if (level == levels) return;
  ++level;
  missing = std::uint64_t{1} << level;
  ctx.send(root, Grow{ctx.self()});
}

void ActorTree::add_options(CLI::App& app) {
  app.add_option("--levels", levels_, "Levels that the tree grows below its root")
      ->check(whole(0, 32))
      ->capture_default_str();
}

void ActorTree::setup(Setup& setup) const { setup.spawn<TreeCreator>(levels_); }

void ActorTree::finish(Finish& finish) const {
  std::int64_t values[2] = {0, 0};
  finish.for_each<TreeCreator>(
      [&](Addr, const TreeCreator& creator) { values[0] += static_cast<std::int64_t>(creator.nodes); });
  finish.for_each<TreeNode>([&](Addr, const TreeNode&) { ++values[1]; });
  finish.world().sum(values);
  finish.report("nodes_counted", values[0]);
  finish.report("nodes_alive", values[1]);
}

}  // namespace circo::models
