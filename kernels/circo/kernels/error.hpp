#pragma once

#include <stdexcept>

namespace circo::kernels {

/// A NaN, an infinity or a value out of range in what a kernel read. The text says which kernel and which array.
/// Shapes that do not fit are a mistake of the caller: std::invalid_argument.
class NumericalError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace circo::kernels
