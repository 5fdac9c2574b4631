#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <circo/actor/serialize.hpp>

namespace circo {

/// Takes state piece by piece, so that nobody must hold all of it twice.
class StateWriter {
 public:
  virtual ~StateWriter() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;

  template <CopiedAsBytes T>
  void put(const T& value) {
    write(std::as_bytes(std::span{&value, 1}));
  }
  /// Their number, then the values.
  template <class T>
  requires CopiedAsBytes<std::remove_const_t<T>>
  void put_all(std::span<T> values) {
    put(static_cast<std::uint64_t>(values.size()));
    write(std::as_bytes(values));
  }
};

/// Gives back what a StateWriter took, in the same order. Throws Error when it runs short.
class StateReader {
 public:
  virtual ~StateReader() = default;
  virtual void read(std::span<std::byte> to) = 0;

  template <CopiedAsBytes T>
  T get() {
    T value;
    read(std::as_writable_bytes(std::span{&value, 1}));
    return value;
  }
  template <CopiedAsBytes T>
  std::vector<T> get_all() {
    std::vector<T> values(get<std::uint64_t>());
    read(std::as_writable_bytes(std::span{values}));
    return values;
  }
};

}  // namespace circo
