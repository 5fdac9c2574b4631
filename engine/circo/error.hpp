#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace circo {

/// What the user can mend: bad input, a full disk, a handler that threw. The text is one line that says what
/// happened, where, what was expected and what to do; the command prints it as it is.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A failure that all ranks know of and throw alike, at the same place of the program.
class AgreedError : public Error {
 public:
  using Error::Error;
};

/// What an exception says, of whatever type it is.
inline std::string what_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return "out of memory; use more ranks, fewer actors, or raise --max-memory";
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace circo
