// A batch to the other rank and one from it, beside the same bytes through bare MPI: counts, then
// MPI_Ineighbor_alltoallv.

#include <bench/bench.hpp>
#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/memory.hpp>
#include <circo/transport/exchange.hpp>

namespace circo::bench {

void exchange(Bench& bench) {
  const Communicator& world = bench.world();
  keep_freed_memory();  // as Rank does
  const Topology topology{world, TopologyKind::complete};
  const Layout layout{world.size(), world.rank(), 1};
  Exchange batches{topology, layout, {defaults::first_block_bytes, defaults::transfer_bytes}};
  const auto other = static_cast<SchedulerId>(1 - world.rank());
  for (const std::size_t bytes :
       {std::size_t{64}, std::size_t{1} << 10, std::size_t{16} << 10, std::size_t{256} << 10, std::size_t{4} << 20}) {
    const std::uint64_t rounds = std::max<std::uint64_t>(bench.size(20'000'000, 200'000) / (bytes + 4096), 2);
    std::vector<std::byte> mail(bytes), out, in;
    std::uint64_t arrived = 0;
    const auto rates = bench.interleave(
        rounds,
        [&] {
          for (std::uint64_t i = 0; i < rounds; ++i) {
            std::ranges::copy(mail, batches.add({layout.first(), other, bytes, 1}).begin());
            batches.start();
            for (const Section& section : batches.finish()) arrived += section.data.size();
          }
        },
        [&] {
          for (std::uint64_t i = 0; i < rounds; ++i) {
            out.assign(mail.begin(), mail.end());
            int sends = static_cast<int>(out.size()), receives = 0;
            const int at = 0;
            MPI_Request request;
            mpi_check(MPI_Neighbor_alltoall(&sends, 1, MPI_INT, &receives, 1, MPI_INT, topology.comm().get()));
            in.resize(static_cast<std::size_t>(receives));
            mpi_check(MPI_Ineighbor_alltoallv(out.data(), &sends, &at, MPI_BYTE, in.data(), &receives, &at, MPI_BYTE,
                                              topology.comm().get(), &request));
            mpi_check(MPI_Wait(&request, MPI_STATUS_IGNORE));
          }
        });
    check(arrived == static_cast<std::uint64_t>(bench.turns() + 1) * rounds * bytes, "bytes were lost");
    bench.add({fmt::format("batch={} latency", bytes), 1 / rates[0], "us", 1 / rates[1], rates[0] / rates[1]});
    const double gigabytes = 1e-3 * static_cast<double>(bytes);
    bench.add({fmt::format("batch={} bandwidth", bytes), gigabytes * rates[0], "GB/s", gigabytes * rates[1],
               rates[0] / rates[1]});
  }
}

}  // namespace circo::bench
