#pragma once

#include <span>
#include <vector>

#include <circo/actor/addr.hpp>

namespace circo {

/// Load that one scheduler hands, or should hand, to another.
struct LoadFlow {
  SchedulerId from;
  SchedulerId to;
  double amount;
};

/// A way for load, between schedulers a < b.
struct LoadLink {
  SchedulerId a;
  SchedulerId b;
  double conductance;
};

/// The flows along links that even out the loads [S]: where diffusion
/// between neighbors ends, and of all flows that do it those of least energy, amount^2 / conductance (Hu, Blake,
/// Emerson 1998). Links must connect all schedulers. Local: O(links) for each step of conjugate gradients.
std::vector<LoadFlow> even_flows(std::span<const LoadLink> links, std::span<const double> loads);

}  // namespace circo
