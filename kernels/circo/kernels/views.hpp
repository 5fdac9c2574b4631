#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <Kokkos_Core.hpp>

namespace circo::kernels {

using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;
/// A host works on several rows together, in vectors; elsewhere a row is a work item.
inline constexpr bool on_host = std::is_same_v<Memory, Kokkos::HostSpace>;

/// Number of an actor on a rank: local actors first, scheduler after scheduler, then ghosts.
using Index = std::uint32_t;
using Range = Kokkos::RangePolicy<Exec, Kokkos::IndexType<Index>>;

template <class T>
using Array = Kokkos::View<T*, Memory>;

/// Coordinates, [n][D], contiguous. A pointer that the caller owns can be wrapped: Rows(pointer, n, D).
using Rows = Kokkos::View<float**, Kokkos::LayoutRight, Memory>;
using ConstRows = Kokkos::View<const float**, Kokkos::LayoutRight, Memory>;
using Values = Array<float>;
using ConstValues = Array<const float>;
/// Scheduler (or other label) of each actor.
using Labels = Array<std::uint32_t>;
using ConstLabels = Array<const std::uint32_t>;
using ConstIds = Array<const std::uint64_t>;

inline constexpr std::uint32_t no_label = 0xffffffffu;

/// No coordinate of an actor is farther out than this after heavy_ball() or orthonormalise(): what the fixed-point
/// sums are made for. Healthy coordinates have variance 1 and the heavy ball's much nearer bound.
inline constexpr float reach = 512;

KOKKOS_INLINE_FUNCTION float clamp_to(float value, float bound) {
  return value > bound ? bound : (value < -bound ? -bound : value);  // NaN stays
}

/// Without fast-math: false for NaN and both infinities.
KOKKOS_INLINE_FUNCTION bool is_finite(double value) { return value - value == 0.0; }

template <int D>
KOKKOS_INLINE_FUNCTION const float* row(const ConstRows& rows, Index i) {
  return rows.data() + static_cast<std::size_t>(i) * D;
}
template <int D>
KOKKOS_INLINE_FUNCTION float* row(const Rows& rows, Index i) {
  return rows.data() + static_cast<std::size_t>(i) * D;
}

/// A copy on the device. [n]
template <class T>
Array<T> to_device(std::span<const T> host, const std::string& name = "circo::to_device") {
  Array<T> device(Kokkos::view_alloc(Kokkos::WithoutInitializing, name), host.size());
  using Unmanaged = Kokkos::View<const T*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
  Kokkos::deep_copy(device, Unmanaged(host.data(), host.size()));
  return device;
}
template <class T>
Array<T> to_device(const std::vector<T>& host, const std::string& name = "circo::to_device") {
  return to_device(std::span<const T>(host), name);
}

/// Coordinates [n][d] from a host array of n * d, row after row.
inline Rows to_device_rows(std::span<const float> host, std::size_t d) {
  Rows device(Kokkos::view_alloc(Kokkos::WithoutInitializing, "circo::to_device_rows"), host.size() / d, d);
  using Unmanaged =
      Kokkos::View<const float**, Kokkos::LayoutRight, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
  Kokkos::deep_copy(device, Unmanaged(host.data(), host.size() / d, d));
  return device;
}

/// A copy on the host, in the order of memory: [n], or [n * D] for coordinates.
template <class View>
std::vector<typename View::non_const_value_type> to_host(const View& device) {
  const auto mirror = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device);
  return {mirror.data(), mirror.data() + mirror.size()};
}

/// Throws std::invalid_argument unless an array has as many rows as expected. Local.
inline void expect_size(const char* kernel, const char* array, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw std::invalid_argument(std::string(kernel) + ": " + array + " has " + std::to_string(got) + " rows, expected " +
                              std::to_string(expected));
}

/// The same for an array that may be longer (ghosts follow).
inline void expect_at_least(const char* kernel, const char* array, std::size_t got, std::size_t expected) {
  if (got >= expected) return;
  throw std::invalid_argument(std::string(kernel) + ": " + array + " has " + std::to_string(got) +
                              " rows, expected at least " + std::to_string(expected));
}

}  // namespace circo::kernels
