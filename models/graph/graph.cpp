#include <algorithm>

#include <graph/graph.hpp>

#include <circo/graph/generators.hpp>
#include <circo/graph/graph_share.hpp>
#include <circo/graph/vertex_loads.hpp>
#include <circo/run/checks.hpp>

namespace circo::models {

namespace {

using Vertex = Conversation::Vertex;

/// `address(v)`: of a vertex.
template <class Address>
std::vector<Talker::Partner> partners(std::span<const Line> lines, Address&& address) {
  std::vector<Talker::Partner> all;
  all.reserve(lines.size());
  for (const Line& line : lines) all.push_back({address(line.to), line.rate, line.phase});
  return all;
}

}  // namespace

void Talker::become(double load, std::vector<Partner> partners) {
  load_ = load;
  partners_ = std::move(partners);
}

void Talker::on(const TalkTick&, Context& ctx) {
  ++done_;
  for (Partner& partner : partners_) {
    partner.due += partner.rate;
    for (; partner.due >> Conversation::fraction_bits != 0;
         partner.due -= std::uint64_t{1} << Conversation::fraction_bits)
      ctx.send(partner.addr, Word{done_});
  }
  if (done_ != ticks_) ctx.wake(TalkTick{});
}

void GraphModel::add_options(CLI::App& app) {
  app.add_option("--graph", graph_name_,
                 "Graph file (edge list, METIS .graph, Matrix Market .mtx) or generator, as in grid2d:100x100, "
                 "rmat:12, rgg:n=20000")
      ->capture_default_str();
  app.add_option("--rate", rate_, "Messages that a vertex sends in a superstep, in the mean; edges share by weight")
      ->check(real(0, 10000))
      ->capture_default_str();
  app.add_option("--loads", loads_,
                 "Work of a vertex: uniform, pareto:SHAPE[,most=100], or file: the graph's vertex weights")
      ->capture_default_str();
  app.add_option("--ticks", ticks_, "Supersteps in which vertices talk; 0: go on for ever")
      ->check(whole())
      ->capture_default_str();
  app.add_option("--event", event_texts_,
                 "What happens when an epoch has closed, as in 300:load=2@0.1; may be given several times")
      ->allow_extra_args(false)
      ->type_name("EVENT");
  app.footer(
      "Events: 300:rewire=0.1, 300:load=2@0.1, 300:traffic=3@0.1, 400:repair=0.1. @0.1: in a tenth of the graph,\n"
      "around a random vertex; @0.1:7: around vertex 7.\n\nGraph generators:\n" +
      describe_graph_generators());
}

void GraphModel::prepare(const Communicator& world, std::uint64_t seed) {
  std::vector<Event> events;
  events.reserve(event_texts_.size());
  for (const auto& text : event_texts_) events.push_back(parse_event(text));
  graph_ = share_graph(world, graph_name_, seed);
  if (graph_.vertex_count() == 0) throw Error(graph_name_ + ": has no vertex; expected at least one");
  original_ = conversation_over(graph_, rate_);
  original_.loads = loads_named(loads_, graph_, seed);
  conversation_ = original_;
  lines_ = Lines{original_};
  events_ = Events{std::move(events), graph_.vertex_count(), seed};
}

void GraphModel::setup(Setup& setup) const {
  setup.populate<Talker>(graph_.vertex_count(), [&](std::uint64_t v, const Population& all) {
    Talker talker{v, ticks_};
    talker.become(original_.loads[v], partners(lines_.of(static_cast<Vertex>(v)), [&](Vertex to) { return all[to]; }));
    return talker;
  });
}

/// *Collective.* Gives the vertices the loads and edges of the present conversation.
void GraphModel::hand_out(EpochEdit& edit) {
  struct Entry {
    Addr addr;
    std::uint64_t vertex;
  };
  std::vector<Entry> mine;
  edit.for_each<Talker>([&](SchedulerId, Addr addr, const Talker& talker) { mine.push_back({addr, talker.vertex()}); });
  std::vector<Addr> addresses(graph_.vertex_count());
  const auto all = edit.world().gather_all(std::as_bytes(std::span{mine}));
  for (ByteReader in{all}; !in.empty();) {
    const auto entry = in.get<Entry>();
    addresses[entry.vertex] = entry.addr;
  }
  const Lines lines{conversation_};
  edit.for_each<Talker>([&](SchedulerId, Addr, Talker& talker) {
    const auto v = static_cast<Vertex>(talker.vertex());
    talker.become(conversation_.loads[v], partners(lines.of(v), [&](Vertex to) { return addresses[to]; }));
  });
}

void GraphModel::on_epoch(EpochEdit& edit) {
  if (events_.apply(edit.epoch().number, graph_, original_, conversation_)) hand_out(edit);
  const auto places = edit.places<Talker>(graph_.vertex_count(), [](const Talker& talker) { return talker.vertex(); });
  quality_ = quality_of(conversation_, places, edit.schedulers());
  edit.report("cut_share", quality_.cut_share);
  edit.report("load_imbalance", quality_.imbalance);
}

void GraphModel::finish(Finish& finish) const {
  std::int64_t sums[3] = {0, 0, 0};
  finish.for_each<Talker>([&](Addr, const Talker& talker) {
    const auto received = static_cast<std::int64_t>(talker.received());
    sums[0] += static_cast<std::int64_t>(talker.ticks_done());
    sums[1] += received;
    sums[2] += static_cast<std::int64_t>(talker.vertex() + 1) * received;
  });
  finish.world().sum(sums);
  finish.report("vertices", static_cast<std::int64_t>(graph_.vertex_count()));
  finish.report("edges", static_cast<std::int64_t>(conversation_.edges.size()));
  finish.report("ticks", sums[0] / static_cast<std::int64_t>(graph_.vertex_count()));
  finish.report("received", sums[1]);
  finish.report("received_by_number", sums[2]);
  finish.report("cut_share", quality_.cut_share);
  finish.report("load_imbalance", quality_.imbalance);
}

}  // namespace circo::models
