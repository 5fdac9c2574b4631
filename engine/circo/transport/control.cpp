#include <bit>
#include <memory>

#include <circo/transport/control.hpp>

namespace circo {

Control::~Control() {
  // MPI writes into the sums that are under way, and cannot be told not to: they are kept to the end of the program.
  // Allocated, as MPI is finalized after objects with static storage are destroyed.
  static auto& abandoned = *std::make_unique<std::deque<std::deque<Wave>>>().release();
  if (!waves_.empty()) abandoned.push_back(std::move(waves_));
}

void Control::start(const Tally& mine) {
  Wave& wave = waves_.emplace_back();
  wave.mine = wave.sum = std::bit_cast<Values>(mine);
  if (world_.size() == 1) return;
  mpi_check(MPI_Iallreduce(wave.mine.data(), wave.sum.data(), static_cast<int>(wave.sum.size()), MPI_INT64_T, MPI_SUM,
                           world_.get(), &wave.request));
}

Tally Control::finish() {
  mpi_check(MPI_Wait(&waves_.front().request, MPI_STATUS_IGNORE));
  const auto sum = std::bit_cast<Tally>(waves_.front().sum);
  waves_.pop_front();
  return sum;
}

}  // namespace circo
