#include <algorithm>

#include <search_tree/search_tree.hpp>

#include <circo/run/checks.hpp>

namespace circo::models {

namespace {
constexpr std::uint64_t key_stream = 0x6E75;
}

void SearchNode::on(const KeyQuery& query, Context& ctx) {
  if (sibling_ && push_every_ != 0 && ++queries_ % push_every_ == 0) ctx.send(sibling_, Push{}, -1);
  if (!is_leaf()) {
    ctx.send(query.key < first_high_ ? low_ : high_, query);
    return;
  }
  const auto at = std::ranges::lower_bound(keys_, query.key);
  const bool found = at != keys_.end() && *at == query.key;
  // Whoever asks talks with all leaves alike: an answer says nothing of where a leaf should be.
  ctx.send(query.asker, KeyAnswer{query.key, found, query.insert}, 0);
  if (!query.insert || found) return;
  keys_.insert(at, query.key);
  if (keys_.size() > most_keys_) split(ctx);
}

void SearchNode::split(Context& ctx) {
  const auto middle = keys_.begin() + static_cast<std::ptrdiff_t>(keys_.size() / 2);
  first_high_ = *middle;
  low_ = ctx.spawn<SearchNode>(std::vector(keys_.begin(), middle), most_keys_, push_every_);
  high_ = ctx.spawn<SearchNode>(std::vector(middle, keys_.end()), most_keys_, push_every_);
  ctx.send(low_, Sibling{high_}, 0);
  ctx.send(high_, Sibling{low_}, 0);
  keys_ = {};
}

void TreeClient::on(const KeyAnswer& answer, Context& ctx) {
  if (answer.inserted) {
    ++inserted_;
    wrong_ += answer.found;
  } else {
    ++(answer.found ? found_ : missed_);
    wrong_ += answer.found != (answer.key % 2 == 0);
  }
  if (idle_++ == 0) ctx.wake(AskAgain{});
}

void TreeClient::on(const AskAgain&, Context& ctx) {
  for (; idle_ != 0; --idle_) ask(ctx);
}

void TreeClient::ask(Context& ctx) {
  const std::uint64_t number = sent_;
  if (number < keys_) {
    ctx.send(root_, KeyQuery{key(number), ctx.self(), true});
  } else if (number - keys_ < searches_) {
    // An insert and a search for the same key go the same way, so they stay in order.
    const bool there = (number - keys_) % 2 == 0 && keys_ != 0;
    const std::uint64_t wanted = there ? key(ctx.random().below(keys_)) : ctx.random()() | 1;
    ctx.send(root_, KeyQuery{wanted, ctx.self(), false});
  } else {
    return;
  }
  ++sent_;
}

void SearchTree::add_options(CLI::App& app) {
  app.add_option("--keys", keys_, "Keys in the tree")->check(whole())->capture_default_str();
  app.add_option("--leaf", leaf_, "Keys that a leaf holds before it splits")->check(whole(1))->capture_default_str();
  app.add_option("--clients", clients_, "Actors that fill and search the tree")->check(whole(1))->capture_default_str();
  app.add_option("--in-flight", in_flight_, "Queries in flight at once, of all clients")
      ->check(whole(1))
      ->capture_default_str();
  app.add_option("--searches", searches_, "Searches of all clients after which the run ends; 0: go on for ever")
      ->check(whole())
      ->capture_default_str();
  app.add_option("--push-every", push_every_, "A node pushes its sibling away at one in so many queries; 0: never")
      ->check(whole())
      ->capture_default_str();
}

void SearchTree::setup(Setup& setup) const {
  const Addr root = setup.spawn<SearchNode>(std::vector<std::uint64_t>{}, leaf_, push_every_);
  // Of n things client c has those from c n / clients on.
  auto share = [&](std::uint64_t n, std::uint64_t c) { return n * (c + 1) / clients_ - n * c / clients_; };
  setup.populate<TreeClient>(clients_, [&](std::uint64_t c, const Population&) {
    return TreeClient{root, share(keys_, c), searches_ == 0 ? UINT64_MAX : share(searches_, c), share(in_flight_, c),
                      mix(mix(setup.seed(), key_stream), c)};
  });
}

void SearchTree::finish(Finish& finish) const {
  std::int64_t sums[7] = {};
  auto& [nodes, leaves, keys, inserted, found, missed, wrong] = sums;
  double fullest = 0;
  auto whole_of = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  finish.for_each<SearchNode>([&](Addr, const SearchNode& node) {
    ++nodes;
    leaves += node.is_leaf();
    keys += whole_of(node.keys());
    fullest = std::max(fullest, static_cast<double>(node.keys()));
  });
  finish.for_each<TreeClient>([&](Addr, const TreeClient& client) {
    inserted += whole_of(client.inserted());
    found += whole_of(client.found());
    missed += whole_of(client.missed());
    wrong += whole_of(client.wrong());
  });
  finish.world().sum(sums);
  finish.report("nodes", nodes);
  finish.report("leaves", leaves);
  finish.report("keys", keys);
  finish.report("fullest_leaf", static_cast<std::int64_t>(finish.world().max(fullest)));
  finish.report("inserted", inserted);
  finish.report("found", found);
  finish.report("missed", missed);
  finish.report("wrong_answers", wrong);
}

}  // namespace circo::models
