#pragma once

#include <circo/kernels/chunks.hpp>

namespace circo::kernels {

/// The largest of values [n_local], all >= 0; 0 if there are none. Exact, so a maximum over ranks is too.
/// Throws NumericalError at a NaN, an infinity or a negative value. Local.
float max_of(const ConstValues& values);

/// sum_i values_i / unit as fixed point (total_scale), for values >= 0 in any unit: traffic, loads. With the largest
/// value over all ranks as unit, a term is at most 1, so 2^33 actors fit, and a full chunk of actors a 10^6th as big as
/// the largest still counts with a relative error below 1e-5. unit 0 (all values are 0) gives 0.
/// Throws NumericalError at a NaN or a value beyond the unit. Local.
std::int64_t total_of(const char* what, const Chunks& chunks, const ConstValues& values, float unit);

inline constexpr double total_scale = 536870912.0;  // 2^29: 2^29 * 2^33 < 2^63

}  // namespace circo::kernels
