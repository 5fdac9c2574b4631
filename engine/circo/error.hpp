#pragma once

#include <stdexcept>

namespace circo {

/// What the user can mend: bad input, a full disk, a handler that threw. The text is one line that says what
/// happened, where, what was expected and what to do; the command prints it as it is.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace circo
