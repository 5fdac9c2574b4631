#pragma once

#include <exception>
#include <optional>
#include <string>

#include <circo/error.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* Does `work` on every rank. What it throws on one, every rank throws: an AgreedError with `prefix` in
/// front. Where `work` itself is collective, a rank that fails in it may leave the others waiting in the middle; see
/// Communicator::agree.
template <class Work>
void together(const Communicator& world, Work&& work, const std::string& prefix = "") {
  std::optional<std::string> failure;
  try {
    work();
  } catch (const AgreedError&) {
    throw;  // by all ranks
  } catch (...) {
    failure = prefix + what_of(std::current_exception());
  }
  world.agree(failure);
}

/// *Collective.* The same; the text is "cannot AIM: REASON".
template <class Work>
void together(const Communicator& world, const std::string& aim, Work&& work) {
  together(world, work, "cannot " + aim + ": ");
}

}  // namespace circo
