#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include <mpi.h>

namespace circo {

/// Throws Error with MPI's own description when `code` is not MPI_SUCCESS.
void mpi_check(int code, std::source_location where = std::source_location::current());

/// Starts MPI (funneled threads) unless it runs already, and makes its errors return codes instead of aborting. The
/// destructor puts the error handlers of MPI_COMM_WORLD and MPI_COMM_SELF back.
///
/// MPI cannot start again after it has been finalized. So MPI that was started here runs on, for the next
/// MpiEnvironment, and is finalized when the process exits; unless it exits while a MpiEnvironment lives, as when a
/// handler calls std::exit: then the other ranks would not come.
class MpiEnvironment {
 public:
  MpiEnvironment();
  ~MpiEnvironment();
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;

 private:
  MPI_Errhandler world_ = MPI_ERRHANDLER_NULL, self_ = MPI_ERRHANDLER_NULL;  // that were there before
};

/// Owns a communicator.
class Communicator {
 public:
  Communicator() = default;
  /// Takes over `comm` and frees it in the end.
  explicit Communicator(MPI_Comm comm);
  /// *Collective.* A communicator with the same ranks and messages of its own.
  static Communicator duplicate(MPI_Comm comm);
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;

  MPI_Comm get() const { return comm_; }
  int rank() const { return rank_; }
  int size() const { return size_; }

  /// *Collective.* Elementwise sum over the ranks, in place. Integers, so the same on every rank and layout.
  void sum(std::span<std::int64_t> values) const;
  std::int64_t sum(std::int64_t value) const;
  /// *Collective.* Elementwise maximum over the ranks, in place.
  void max(std::span<double> values) const;
  double max(double value) const;
  /// *Collective.* All ranks' bytes, in rank order; each rank may give another number of them.
  std::vector<std::byte> gather_all(std::span<const std::byte> mine) const;
  /// *Collective.* Rank `root`'s text on every rank.
  std::string broadcast(const std::string& text, int root) const;
  /// *Collective.* Throws AgreedError on every rank, with the text of the lowest rank that gives one, if any does, and
  /// that rank unless all have failed. When
  /// some rank does not come here within defaults::failure_patience_s after this one has failed, as it waits for this
  /// one elsewhere, nothing can be agreed: then the failure is printed and all ranks are ended by MPI_Abort with exit
  /// code 1. `kind`, 0 to 127, goes along with the text.
  void agree(const std::optional<std::string>& failure, int kind = 0) const;

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace circo
