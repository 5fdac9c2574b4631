#include <cstdio>

#include <scotch.h>

#include <circo/graph/integer_graph.hpp>
#include <circo/graph/partition.hpp>

namespace circo {

namespace {

void check(int code, const char* what) {
  if (code != 0) throw Error(fmt::format("Scotch failed in {}; what it wrote to the terminal says why", what));
}

/// A Scotch object from its init to its exit.
template <class Object, int (*Init)(Object*), void (*Exit)(Object*)>
class Scotch {
 public:
  Scotch() { check(Init(&object_), "init"); }
  ~Scotch() { Exit(&object_); }
  Scotch(const Scotch&) = delete;
  Scotch& operator=(const Scotch&) = delete;
  Object* get() { return &object_; }

 private:
  Object object_;
};

}  // namespace

Partition scotch_partition(const Graph& graph, const PartitionTask& task) {
  IntegerGraph<SCOTCH_Num> whole{graph};
  Scotch<SCOTCH_Context, SCOTCH_contextInit, SCOTCH_contextExit> context;
  Scotch<SCOTCH_Graph, SCOTCH_graphInit, SCOTCH_graphExit> unbound, bound;
  Scotch<SCOTCH_Strat, SCOTCH_stratInit, SCOTCH_stratExit> strategy;
  // Threads of its own would race, and the result change from run to run.
  check(SCOTCH_contextThreadSpawn(context.get(), 1, nullptr), "contextThreadSpawn");
  check(SCOTCH_contextOptionSetNum(context.get(), SCOTCH_OPTIONNUMDETERMINISTIC, 1), "contextOptionSetNum");
  SCOTCH_contextRandomSeed(context.get(), spread_seed<SCOTCH_Num>(task.seed));
  SCOTCH_contextRandomReset(context.get());
  check(SCOTCH_graphBuild(unbound.get(), 0, whole.vertices(), whole.offsets.data(), nullptr,
                          whole.data(whole.vertex_weights), nullptr, whole.arcs(), whole.targets.data(),
                          whole.data(whole.edge_weights)),
        "graphBuild");
  check(SCOTCH_contextBindGraph(context.get(), unbound.get(), bound.get()), "contextBindGraph");
  const auto parts = static_cast<SCOTCH_Num>(task.parts);
  check(SCOTCH_stratGraphMapBuild(strategy.get(), SCOTCH_STRATQUALITY, parts, task.imbalance - 1),
        "stratGraphMapBuild");
  std::vector<SCOTCH_Num> result(graph.vertex_count());
  check(SCOTCH_graphPart(bound.get(), parts, strategy.get(), result.data()), "graphPart");
  return {result.begin(), result.end()};
}

}  // namespace circo
