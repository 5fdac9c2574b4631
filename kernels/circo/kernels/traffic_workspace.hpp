#pragma once

#include <circo/kernels/csr.hpp>

namespace circo::kernels {

/// The memory in which kernels add up each actor's traffic by label (traffic_table.hpp), kept between sweeps: 16 bytes
/// an edge of the rank. Kernels that run one after another may share it.
class TrafficWorkspace {
 public:
  /// Grows to two slots an edge and `spare` more an actor.
  void fit(const Csr& csr, std::uint64_t spare = 0);

  const Array<std::uint32_t>& keys() const { return keys_; }
  const Values& traffic() const { return traffic_; }

 private:
  Array<std::uint32_t> keys_;
  Values traffic_;
};

}  // namespace circo::kernels
