#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/graph/graph.hpp>

namespace circo::generate {

/// The product of the sides of the generated graph `name`. Throws circo::Error when it is more than
/// Graph::max_vertices.
inline std::uint64_t checked_vertices(std::string_view name, std::initializer_list<std::uint64_t> sides) {
  std::uint64_t n = 1;
  for (const std::uint64_t side : sides) {
    if (side != 0 && n > Graph::max_vertices / side) {
      throw Error{fmt::format("{}: has more than {} vertices; expected fewer; make its sizes smaller", name,
                              Graph::max_vertices)};
    }
    n *= side;
  }
  return n;
}

}  // namespace circo::generate
