#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <circo/error.hpp>
#include <circo/io/snapshot.hpp>
#include <circo/transport/mpi.hpp>

/// Writes FILE with frames of 300, 500 and 200 actors at steps 0, 10 and 25, for readers in other languages: actor i
/// has the id 10 i + 1, stands at (i, i / 2, step), is of species i % 2, on scheduler i % 4, with load i % 3. From step
/// 10 on those of species 1 show a mass of i / 4, and i talks to i + 1 with weight i % 5.
int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_snapshot FILE\n");
    return 2;
  }
  const circo::MpiEnvironment mpi;
  const auto comm = circo::Communicator::duplicate(MPI_COMM_WORLD);
  circo::SnapshotWriter writer{
      comm.get(), argv[1], {{"Item", "Head"}, {{"model", "linked_list"}, {"seed", "7"}}, "0.1.0", "A. Author"}};
  for (const auto& [step, count] : {std::pair{0, 300}, {10, 500}, {25, 200}}) {
    std::vector<std::uint64_t> id;
    std::vector<circo::Position> position;
    std::vector<std::int16_t> species;
    std::vector<std::uint32_t> scheduler;
    std::vector<float> load;
    std::vector<circo::ObservedColumn> observed;
    std::vector<circo::SnapshotEdge> edges;
    if (step > 0) observed = {{"mass", "kg", {}}};
    for (int i = comm.rank(); i < count; i += comm.size()) {
      const auto place = static_cast<float>(i);
      id.push_back(10 * static_cast<std::uint64_t>(i) + 1);
      position.push_back({place, place / 2, static_cast<float>(step)});
      species.push_back(static_cast<std::int16_t>(i % 2));
      scheduler.push_back(static_cast<std::uint32_t>(i % 4));
      load.push_back(static_cast<float>(i % 3));
      if (step == 0) continue;
      observed[0].values.push_back(i % 2 == 1 ? 0.25 * i : NAN);
      if (i + 1 < count) edges.push_back({id.back(), id.back() + 10, static_cast<float>(i % 5)});
    }
    const std::vector<circo::Position> places{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}};
    const std::vector<std::uint32_t> ranks{0, 0, 1, 1};
    const std::vector<std::pair<std::string, double>> observables{{"remote_share", 1.0 / (1 + step)},
                                                                  {"imbalance", 1.5}};
    writer.write(
        {step, 0.5 * step, id, position, species, scheduler, load, places, ranks, observables, observed, edges});
  }
  writer.close();
  return 0;
} catch (const circo::Error& error) {
  std::fprintf(stderr, "write_snapshot: %s\n", error.what());
  return 1;
}
