#include <bench/bench.hpp>

namespace circo::bench {

void ping_pong(Bench& bench);
void ring(Bench& bench);
void fan(Bench& bench);
void random_updates(Bench& bench);
void threads(Bench& bench);
void spawn(Bench& bench);
void startup(Bench& bench);
void migrate(Bench& bench);
void moved(Bench& bench);
void exchange(Bench& bench);
void infoton(Bench& bench);
void snapshot(Bench& bench);

std::vector<Benchmark> benchmarks() {
  return {
      {"ping_pong", "pairs of actors on one scheduler send each other a message to and fro", {1}, ping_pong},
      {"ring", "one token goes round a ring of actors", {1}, ring},
      {"fan", "one actor sends to many, and all answer", {1}, fan},
      {"random_updates", "every actor sends to random actors", {1, 2}, random_updates},
      {"threads", "two schedulers on two threads; the floor is one thread, the ratio the speed-up", {1}, threads},
      {"spawn", "actors are spawned and die", {1}, spawn},
      {"startup", "many actors are made", {1}, startup},
      {"migrate", "all actors move to another scheduler", {1, 2}, migrate},
      {"moved", "messages after a migration; the floor is where nobody has moved", {1}, moved},
      {"exchange", "batches between two ranks, beside bare MPI", {2}, exchange},
      {"infoton", "kernels of the infoton step, beside a copy of as many bytes", {1}, infoton},
      {"snapshot", "a frame of a snapshot, beside bare HDF5", {1, 2}, snapshot},
  };
}

}  // namespace circo::bench
