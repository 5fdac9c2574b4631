#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace circo::kernels {

inline constexpr int max_dimension = 8;

/// Calls visit.operator()<D>() for the run-time dimension d, so that loops over coordinates have a constant length.
/// Throws std::invalid_argument unless 1 <= d <= max_dimension.
template <class Visitor>
decltype(auto) with_dimension(std::size_t d, Visitor&& visit) {
  switch (d) {
    case 1:
      return visit.template operator()<1>();
    case 2:
      return visit.template operator()<2>();
    case 3:
      return visit.template operator()<3>();
    case 4:
      return visit.template operator()<4>();
    case 5:
      return visit.template operator()<5>();
    case 6:
      return visit.template operator()<6>();
    case 7:
      return visit.template operator()<7>();
    case 8:
      return visit.template operator()<8>();
    default:
      throw std::invalid_argument("the dimension of the actor space is " + std::to_string(d) + ", expected 1 to " +
                                  std::to_string(max_dimension));
  }
}

}  // namespace circo::kernels
