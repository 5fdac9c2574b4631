#include <algorithm>
#include <cmath>

#include <pagerank/clusters.hpp>
#include <pagerank/pagerank.hpp>

#include <circo/graph/generators.hpp>
#include <circo/graph/graph_share.hpp>
#include <circo/run/checks.hpp>

namespace circo::models {

namespace {
constexpr std::uint64_t hub_children = 256;
}  // namespace

Vertex::Vertex(std::uint64_t number, std::uint64_t vertices, double damping, std::uint64_t in_arcs, Addr hub,
               std::vector<Addr> out, std::vector<double> shares)
    : number_{number},
      vertices_{vertices},
      damping_{damping},
      in_arcs_{in_arcs},
      rank_{1 / static_cast<double>(vertices)},
      hub_{hub},
      out_{std::move(out)},
      shares_{std::move(shares)} {}

void Vertex::begin(Context& ctx, double change) {
  const double equal = out_.empty() ? 0 : rank_ / static_cast<double>(out_.size());
  for (std::size_t arc = 0; arc < out_.size(); ++arc)
    ctx.send(out_[arc], RankShare{shares_.empty() ? equal : rank_ * shares_[arc], iteration_});
  ctx.send(hub_, IterationReport{out_.empty() ? rank_ : 0, change});
}

void Vertex::on(const RankShare& share, Context& ctx) {
  inflow_[share.iteration % 2] += share.rank;
  ++arrived_[share.iteration % 2];
  finish_if_complete(ctx);
}

void Vertex::on(const FinishIteration& finish, Context& ctx) {
  word_ = true;
  dangling_ = finish.dangling;
  last_ = finish.last;
  finish_if_complete(ctx);
}

void Vertex::finish_if_complete(Context& ctx) {
  const std::size_t now = iteration_ % 2;
  if (!word_ || arrived_[now] != in_arcs_) return;
  const auto n = static_cast<double>(vertices_);
  const double next = (1 - damping_) / n + damping_ * (inflow_[now] + dangling_ / n);
  const double change = std::abs(next - rank_);
  rank_ = next;
  inflow_[now] = 0;
  arrived_[now] = 0;
  word_ = false;
  ++iteration_;
  if (last_) {
    ctx.send(hub_, IterationReport{0, change});
  } else {
    begin(ctx, change);
  }
}

void Hub::on(const IterationReport& report, Context& ctx) {
  dangling_ += report.dangling;
  change_ += report.change;
  if (++reports_ < children_.size()) return;
  reports_ = 0;
  const double dangling = std::exchange(dangling_, 0), change = std::exchange(change_, 0);
  if (parent_) {
    ctx.send(parent_, IterationReport{dangling, change});
    return;
  }
  // The reports that begin iteration `done_` tell how much the one before changed; the first ones tell nothing yet.
  const bool enough = done_ >= iterations_ || (done_ > 0 && change <= tolerance_);
  if (enough) {
    ctx.report("iterations", static_cast<std::int64_t>(done_));
    ctx.report("change", change);
    return;
  }
  ++done_;
  for (const Addr child : children_) ctx.send(child, FinishIteration{dangling, done_ >= iterations_});
}

void Hub::on(const FinishIteration& finish, Context& ctx) {
  // First the word reaches the hubs of all schedulers; else those beside the root would have all that follows from it
  // done before it leaves, while others wait.
  if (ctx.sender() != ctx.self()) return ctx.wake(finish);
  for (const Addr child : children_) ctx.send(child, finish);
}

void PageRankModel::add_options(CLI::App& app) {
  app.add_option("--graph", graph_name_,
                 "Graph file (edge list, METIS .graph, Matrix Market .mtx) or generator, as in grid2d:100x100, "
                 "rmat:12, rgg:n=20000")
      ->capture_default_str();
  app.add_option("--damping", options_.damping, "Chance to follow a link")
      ->check(real(0, 0.999999))
      ->capture_default_str();
  app.add_option("--tolerance", options_.tolerance,
                 "Ends when the ranks' changes in an iteration add up to this at most")
      ->check(real())
      ->capture_default_str();
  app.add_option("--iterations", options_.iterations, "Ends after so many in any case")
      ->check(whole(1, 1 << 30))
      ->capture_default_str();
  app.add_flag("--no-check", no_check_, "Do not compare with a serial power iteration at the end")
      ->default_str("false")
      ->check(one_of({"true", "false"}));
  app.footer("Graph generators:\n" + describe_graph_generators());
}

void PageRankModel::prepare(const Communicator& world, std::uint64_t seed) {
  graph_ = share_graph(world, graph_name_, seed);
  if (graph_.vertex_count() == 0) throw Error(graph_name_ + ": has no vertex; expected at least one");
  out_weight_.assign(graph_.vertex_count(), 0);
  in_arcs_.assign(graph_.vertex_count(), 0);
  graph_.for_each_arc([&](Graph::Vertex u, Graph::Vertex, double weight) { out_weight_[u] += weight; });
  graph_.for_each_arc([&](Graph::Vertex u, Graph::Vertex v, double) { in_arcs_[v] += out_weight_[u] > 0; });
  order_ = in_clusters(graph_, hub_children);
  hub_of_.resize(order_.size());
  for (std::size_t place = 0; place < order_.size(); ++place)
    hub_of_[order_[place]] = static_cast<std::uint32_t>(place / hub_children);
}

void PageRankModel::setup(Setup& setup) const {
  const std::uint64_t n = graph_.vertex_count();
  // Hubs are numbered level by level; those of the lowest level come first, the root last.
  std::vector<std::uint64_t> level_start{0};
  for (std::uint64_t width = n; width > 1 || level_start.size() == 1;) {
    width = (width + hub_children - 1) / hub_children;
    level_start.push_back(level_start.back() + width);
  }
  const std::uint64_t hubs = level_start.back();
  // Vertices and hubs know each other's addresses, so those are laid out before either is made.
  const Population vertices = setup.reserve(n), tree = setup.reserve(hubs);
  setup.make<Vertex>(vertices, [&](std::uint64_t v) {
    std::vector<Addr> out;
    std::vector<double> shares;
    if (out_weight_[v] > 0) {
      for (auto arc = graph_.offsets[v]; arc < graph_.offsets[v + 1]; ++arc) {
        out.push_back(vertices[graph_.targets[arc]]);
        if (!graph_.weights.empty()) shares.push_back(graph_.weights[arc] / out_weight_[v]);
      }
    }
    return Vertex{v, n, options_.damping, in_arcs_[v], tree[hub_of_[v]], std::move(out), std::move(shares)};
  });
  setup.make<Hub>(tree, [&](std::uint64_t hub) {
    std::size_t level = 0;
    while (hub >= level_start[level + 1]) ++level;
    const std::uint64_t place = hub - level_start[level];
    const std::uint64_t below = level == 0 ? n : level_start[level] - level_start[level - 1];
    std::vector<Addr> children;
    for (std::uint64_t c = place * hub_children; c < std::min(below, (place + 1) * hub_children); ++c)
      children.push_back(level == 0 ? vertices[order_[c]] : tree[level_start[level - 1] + c]);
    const Addr parent = hub + 1 == hubs ? Addr{} : tree[level_start[level + 1] + place / hub_children];
    return Hub{parent, std::move(children), options_.tolerance, static_cast<std::uint64_t>(options_.iterations)};
  });
}

void PageRankModel::finish(Finish& finish) const {
  struct Entry {
    std::uint64_t vertex;
    double rank;
  };
  std::vector<Entry> mine;
  finish.for_each<Vertex>([&](Addr, const Vertex& vertex) { mine.push_back({vertex.number(), vertex.rank()}); });
  std::vector<double> ranks(graph_.vertex_count(), 0);
  const auto all = finish.world().gather_all(std::as_bytes(std::span{mine}));
  for (ByteReader in{all}; !in.empty();) {
    const auto entry = in.get<Entry>();
    ranks[entry.vertex] = entry.rank;
  }
  double sum = 0;
  for (const double rank : ranks) sum += rank;
  finish.report("vertices", static_cast<std::int64_t>(graph_.vertex_count()));
  finish.report("edges", static_cast<std::int64_t>(graph_.edge_count()));
  finish.report("rank_sum", sum);
  finish.report("top_vertex", static_cast<std::int64_t>(std::ranges::max_element(ranks) - ranks.begin()));
  finish.report("top_rank", std::ranges::max(ranks));
  if (no_check_ || finish.world().rank() != 0) return;
  const PageRank expected = pagerank_reference(graph_, options_);
  double error = 0;
  for (std::size_t v = 0; v < ranks.size(); ++v) error = std::max(error, std::abs(ranks[v] - expected.rank[v]));
  finish.report("largest_error", error);
}

}  // namespace circo::models
