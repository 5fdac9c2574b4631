// The models of Circo, run after run in one process.

#include "engine/run/serve.hpp"

#include <actor_tree/actor_tree.hpp>
#include <graph/graph.hpp>
#include <linked_list/linked_list.hpp>
#include <pagerank/pagerank.hpp>
#include <ping_pong/ping_pong.hpp>
#include <search_tree/search_tree.hpp>
#include <worker_pool/worker_pool.hpp>

#include <circo/run/command.hpp>

int main() {
  using namespace circo::models;
  return circo::test::serve("circo", [](int argc, char** argv) {
    return circo::command<ActorTree, GraphModel, LinkedList, PageRankModel, PingPong, SearchTree, WorkerPool>(argc,
                                                                                                              argv);
  });
}
