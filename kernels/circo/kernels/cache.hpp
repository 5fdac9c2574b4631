#pragma once

#include <cstddef>

namespace circo::kernels {

/// Bytes of the largest cache that the first processor sees, as Linux tells it; 32 MiB where nothing does. Local.
std::size_t last_level_cache();

}  // namespace circo::kernels
