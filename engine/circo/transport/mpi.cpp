#include <array>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <circo/defaults.hpp>
#include <circo/error.hpp>
#include <circo/grace.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

namespace {

/// Whether a collective operation is done within the time that others have to come to it.
bool wait_for_all(MPI_Request& request) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(defaults::failure_patience_s);
  for (int done = 0;;) {
    mpi_check(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
    if (done != 0) return true;
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void mpi_check(int code, std::source_location where) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(fmt::format("MPI failed in {} ({}:{}): {}", where.function_name(), where.file_name(), where.line(),
                          std::string_view(text, static_cast<std::size_t>(length))));
}

namespace {

int environments = 0;  // that live

void finalize_at_exit() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0 && environments == 0) MPI_Finalize();
}

/// Returns the handler that was there.
MPI_Errhandler return_errors(MPI_Comm comm) {
  MPI_Errhandler before;
  mpi_check(MPI_Comm_get_errhandler(comm, &before));
  mpi_check(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN));
  return before;
}

void put_back(MPI_Comm comm, MPI_Errhandler& before) {
  if (before == MPI_ERRHANDLER_NULL) return;
  MPI_Comm_set_errhandler(comm, before);
  MPI_Errhandler_free(&before);
}

}  // namespace

MpiEnvironment::MpiEnvironment() {
  int initialized = 0, finalized = 0;
  mpi_check(MPI_Initialized(&initialized));
  mpi_check(MPI_Finalized(&finalized));
  if (finalized)
    throw Error("MPI has been finalized and cannot start again; call MPI_Finalize() after the last command");
  if (!initialized) {
    int provided = 0;
    mpi_check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided));
    std::atexit(finalize_at_exit);
    if (provided < MPI_THREAD_FUNNELED)
      throw Error("this MPI does not support threads (MPI_THREAD_FUNNELED is needed)");
  }
  world_ = return_errors(MPI_COMM_WORLD);
  self_ = return_errors(MPI_COMM_SELF);
  ++environments;
}

MpiEnvironment::~MpiEnvironment() {
  --environments;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized) return;
  put_back(MPI_COMM_WORLD, world_);
  put_back(MPI_COMM_SELF, self_);
}

Communicator::Communicator(MPI_Comm comm) : comm_{comm} {
  mpi_check(MPI_Comm_rank(comm, &rank_));
  mpi_check(MPI_Comm_size(comm, &size_));
  mpi_check(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN));
}

Communicator Communicator::duplicate(MPI_Comm comm) {
  MPI_Comm copy;
  mpi_check(MPI_Comm_dup(comm, &copy));
  return Communicator{copy};
}

Communicator::~Communicator() {
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_{std::exchange(other.comm_, MPI_COMM_NULL)}, rank_{other.rank_}, size_{other.size_} {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

void Communicator::sum(std::span<std::int64_t> values) const {
  note_progress();
  if (size_ == 1) return;
  mpi_check(MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_INT64_T, MPI_SUM, comm_));
}

std::int64_t Communicator::sum(std::int64_t value) const {
  sum({&value, 1});
  return value;
}

void Communicator::max(std::span<double> values) const {
  note_progress();
  if (size_ == 1) return;
  mpi_check(MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_MAX, comm_));
}

double Communicator::max(double value) const {
  max({&value, 1});
  return value;
}

std::vector<std::byte> Communicator::gather_all(std::span<const std::byte> mine) const {
  note_progress();
  if (size_ == 1) return {mine.begin(), mine.end()};
  const auto ranks = static_cast<std::size_t>(size_);
  // Agreed before the counts are used, as MPI's are int.
  if (sum(static_cast<std::int64_t>(mine.size())) > INT_MAX)
    throw AgreedError("a small vector over all schedulers passes 2 GiB; use fewer schedulers");
  std::vector<int> counts(ranks), offsets(ranks);
  const int count = static_cast<int>(mine.size());
  mpi_check(MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_));
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::vector<std::byte> all(static_cast<std::size_t>(offsets.back() + counts.back()));
  mpi_check(MPI_Allgatherv(mine.data(), count, MPI_BYTE, all.data(), counts.data(), offsets.data(), MPI_BYTE, comm_));
  return all;
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  auto length = static_cast<std::int64_t>(text.size());
  mpi_check(MPI_Bcast(&length, 1, MPI_INT64_T, root, comm_));
  std::string result = rank_ == root ? text : std::string(static_cast<std::size_t>(length), '\0');
  mpi_check(MPI_Bcast(result.data(), static_cast<int>(length), MPI_CHAR, root, comm_));
  return result;
}

void Communicator::agree(const std::optional<std::string>& failure, int kind) const {
  // The lowest rank that has failed, and whether all have.
  std::array<int, 2> least{failure ? rank_ : size_, failure.has_value()};
  if (size_ > 1) {
    const std::array<int, 2> mine = least;
    MPI_Request request;
    mpi_check(MPI_Iallreduce(mine.data(), least.data(), 2, MPI_INT, MPI_MIN, comm_, &request));
    if (!failure) {
      mpi_check(MPI_Wait(&request, MPI_STATUS_IGNORE));
    } else if (!wait_for_all(request)) {
      fmt::print(stderr, "circo: rank {}: {}\n", rank_, *failure);
      std::fflush(stderr);
      MPI_Abort(comm_, 1);
    }
  }
  const auto [first, all] = least;
  if (first == size_) return;
  const std::string told = broadcast(static_cast<char>(kind) + failure.value_or(""), first);
  const std::string text = told.substr(1);
  throw AgreedError(all != 0 ? text : fmt::format("rank {}: {}", first, text), told.front());
}

}  // namespace circo
