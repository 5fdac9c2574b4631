#include <bench/bench.hpp>

namespace circo::bench {

void ping_pong(Bench& bench);

std::vector<Benchmark> benchmarks() {
  return {
      {"ping_pong", "pairs of actors on one scheduler send each other a message to and fro", {1}, ping_pong},
  };
}

}  // namespace circo::bench
