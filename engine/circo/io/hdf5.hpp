#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <hdf5.h>

namespace circo {

/// Throws Error with what HDF5's error stack says: the call that failed and the innermost reason. Clears the stack.
[[noreturn]] void throw_h5_error(std::source_location where);

/// Returns `result` of an HDF5 call (hid_t, herr_t, htri_t, hssize_t); throws Error when it is negative, as HDF5
/// signals a failure. HDF5's own printing of its error stack is off in every program that contains the engine.
template <std::signed_integral Result>
Result h5_check(Result result, std::source_location where = std::source_location::current()) {
  if (result < 0) throw_h5_error(where);
  return result;
}

enum class H5Kind { file, group, dataset, dataspace, datatype, property_list, attribute };

/// Closes `id`, which is of `kind`; negative when HDF5 reports an error. Files: *collective*.
herr_t h5_close(H5Kind kind, hid_t id) noexcept;

/// Owns an HDF5 identifier of one kind. Move-only. Not for HDF5's predefined identifiers, which nobody closes.
template <H5Kind kind>
class H5Handle {
 public:
  H5Handle() = default;
  /// Takes over what an H5?create or H5?open returned; throws Error when that failed.
  explicit H5Handle(hid_t id, std::source_location where = std::source_location::current())
      : id_{h5_check(id, where)} {}
  ~H5Handle() { drop(); }
  H5Handle(H5Handle&& other) noexcept : id_{other.release()} {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    if (this != &other) {
      drop();
      id_ = other.release();
    }
    return *this;
  }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

  /// Closes now and throws Error when HDF5 reports one, which the destructor cannot. Does nothing on an empty handle.
  void close(std::source_location where = std::source_location::current()) {
    if (*this) h5_check(h5_close(kind, release()), where);
  }

  /// Gives the identifier away, to be closed by the caller or never.
  hid_t release() noexcept { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  void drop() noexcept {
    if (*this) h5_close(kind, release());
  }

  hid_t id_ = H5I_INVALID_HID;
};

using H5File = H5Handle<H5Kind::file>;
using H5Group = H5Handle<H5Kind::group>;
using H5Dataset = H5Handle<H5Kind::dataset>;
using H5Dataspace = H5Handle<H5Kind::dataspace>;
using H5Datatype = H5Handle<H5Kind::datatype>;
using H5PropertyList = H5Handle<H5Kind::property_list>;
using H5Attribute = H5Handle<H5Kind::attribute>;

/// Fixed-length UTF-8 string type of `bytes` bytes (at least 1), padded with zeros.
H5Datatype h5_string_type(std::size_t bytes);

/// A new group without time stamps, so that equal runs leave equal files. Collective in a parallel file.
H5Group h5_create_group(hid_t parent, const std::string& name);

/// Write a new attribute of `object`: a text (fixed length, UTF-8), one integer, several integers, several texts
/// (fixed length, that of the longest). Collective in a parallel file, with the same values on every rank.
void h5_write_attribute(hid_t object, const std::string& name, std::string_view text);
void h5_write_attribute(hid_t object, const std::string& name, std::int32_t value);
void h5_write_attribute(hid_t object, const std::string& name, std::span<const std::int32_t> values);
void h5_write_attribute(hid_t object, const std::string& name, std::span<const std::string> texts);

/// Writes a new attribute of `object` that refers to the object `path` of `file`. Collective in a parallel file.
void h5_write_reference(hid_t object, const std::string& name, hid_t file, const std::string& path);

/// The text of a scalar attribute of fixed-length string type; throws Error when there is none of that name and type.
std::string h5_read_text_attribute(hid_t object, const std::string& name);
/// The value of a scalar attribute of an integer type; throws Error when there is none of that name and type.
std::int32_t h5_read_integer_attribute(hid_t object, const std::string& name);

}  // namespace circo
