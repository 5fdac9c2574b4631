#pragma once

#include <exception>
#include <optional>
#include <string>

#include <circo/error.hpp>
#include <circo/transport/mpi.hpp>

namespace circo {

/// *Collective.* Does `work` on every rank. When it fails on one, every rank throws the same Error: "cannot AIM:
/// REASON".
template <class Work>
void together(const Communicator& world, const std::string& aim, Work&& work) {
  std::optional<std::string> failure;
  try {
    work();
  } catch (...) {
    failure = "cannot " + aim + ": " + what_of(std::current_exception());
  }
  world.agree(failure);
}

}  // namespace circo
