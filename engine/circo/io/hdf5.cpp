#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <circo/error.hpp>
#include <circo/io/hdf5.hpp>

namespace circo {

namespace {

// Runs before main, and so before MPI_Init, on purpose. HDF5 that is first called after MPI_Init closes what is still
// open in MPI_Finalize, else at exit; a file that a rank cannot write any more (no space, I/O error) makes that hang or
// crash. Whoever opens a file here closes it, so HDF5 needs no clean-up of its own.
[[maybe_unused]] const bool hdf5_is_ready = [] {
  H5dont_atexit();
  return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
}();

struct Failure {
  std::string innermost;
  std::string call;
};

herr_t note_failure(unsigned depth, const H5E_error2_t* entry, void* data) {
  auto& failure = *static_cast<Failure*>(data);
  if (depth == 0) failure.innermost = entry->desc;
  failure.call = entry->func_name;
  return 0;
}

// Drivers pack the system's reason into a longer text: "..., errno = 28, error message = 'No space left on device',
// ...".
std::string reason_in(const std::string& text) {
  constexpr std::string_view mark = "error message = '";
  const auto begin = text.find(mark);
  if (begin == std::string::npos) return text;
  const auto end = text.find('\'', begin + mark.size());
  return text.substr(begin + mark.size(), end == std::string::npos ? end : end - begin - mark.size());
}

H5Attribute create_attribute(hid_t object, const std::string& name, hid_t type, const H5Dataspace& space) {
  return H5Attribute{H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT)};
}

H5Dataspace vector_space(hsize_t size) { return H5Dataspace{H5Screate_simple(1, &size, nullptr)}; }

}  // namespace

void throw_h5_error(std::source_location where) {
  Failure failure{"no reason given", "a call"};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_failure, &failure);
  H5Eclear2(H5E_DEFAULT);
  throw Error(fmt::format("HDF5 failed in {}: {} ({}:{})", failure.call, reason_in(failure.innermost),
                          std::filesystem::path(where.file_name()).filename().string(), where.line()));
}

herr_t h5_close(H5Kind kind, hid_t id) noexcept {
  switch (kind) {
    case H5Kind::file:
      return H5Fclose(id);
    case H5Kind::group:
      return H5Gclose(id);
    case H5Kind::dataset:
      return H5Dclose(id);
    case H5Kind::dataspace:
      return H5Sclose(id);
    case H5Kind::datatype:
      return H5Tclose(id);
    case H5Kind::property_list:
      return H5Pclose(id);
    case H5Kind::attribute:
      return H5Aclose(id);
  }
  return -1;
}

H5Datatype h5_string_type(std::size_t bytes) {
  H5Datatype type{H5Tcopy(H5T_C_S1)};
  h5_check(H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1)));
  h5_check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD));
  h5_check(H5Tset_cset(type.get(), H5T_CSET_UTF8));
  return type;
}

H5Group h5_create_group(hid_t parent, const std::string& name) {
  const H5PropertyList properties{H5Pcreate(H5P_GROUP_CREATE)};
  h5_check(H5Pset_obj_track_times(properties.get(), false));
  return H5Group{H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT)};
}

void h5_write_attribute(hid_t object, const std::string& name, std::string_view text) {
  const H5Datatype type = h5_string_type(text.size());
  const H5Dataspace scalar{H5Screate(H5S_SCALAR)};
  const H5Attribute attribute = create_attribute(object, name, type.get(), scalar);
  h5_check(H5Awrite(attribute.get(), type.get(), text.empty() ? "" : text.data()));
}

void h5_write_attribute(hid_t object, const std::string& name, std::int32_t value) {
  const H5Dataspace scalar{H5Screate(H5S_SCALAR)};
  const H5Attribute attribute = create_attribute(object, name, H5T_STD_I32LE, scalar);
  h5_check(H5Awrite(attribute.get(), H5T_NATIVE_INT32, &value));
}

void h5_write_attribute(hid_t object, const std::string& name, std::span<const std::int32_t> values) {
  const H5Attribute attribute = create_attribute(object, name, H5T_STD_I32LE, vector_space(values.size()));
  h5_check(H5Awrite(attribute.get(), H5T_NATIVE_INT32, values.data()));
}

void h5_write_attribute(hid_t object, const std::string& name, std::span<const std::string> texts) {
  std::size_t length = 1;
  for (const std::string& text : texts) length = std::max(length, text.size());
  std::string padded;
  for (const std::string& text : texts) padded += text + std::string(length - text.size(), '\0');
  const H5Datatype type = h5_string_type(length);
  const H5Attribute attribute = create_attribute(object, name, type.get(), vector_space(texts.size()));
  h5_check(H5Awrite(attribute.get(), type.get(), padded.data()));
}

void h5_write_reference(hid_t object, const std::string& name, hid_t file, const std::string& path) {
  hobj_ref_t reference;
  h5_check(H5Rcreate(&reference, file, path.c_str(), H5R_OBJECT, H5I_INVALID_HID));
  const H5Dataspace scalar{H5Screate(H5S_SCALAR)};
  const H5Attribute attribute = create_attribute(object, name, H5T_STD_REF_OBJ, scalar);
  h5_check(H5Awrite(attribute.get(), H5T_STD_REF_OBJ, &reference));
}

std::string h5_read_text_attribute(hid_t object, const std::string& name) {
  const H5Attribute attribute{H5Aopen(object, name.c_str(), H5P_DEFAULT)};
  const H5Datatype stored{H5Aget_type(attribute.get())};
  const H5Dataspace space{H5Aget_space(attribute.get())};
  if (H5Tget_class(stored.get()) != H5T_STRING || h5_check(H5Tis_variable_str(stored.get())) > 0 ||
      H5Sget_simple_extent_npoints(space.get()) != 1)
    throw Error(fmt::format("HDF5 attribute '{}' is no text of fixed length; expected a file that circo wrote", name));
  std::string text(H5Tget_size(stored.get()), '\0');
  h5_check(H5Aread(attribute.get(), stored.get(), text.data()));
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

std::int32_t h5_read_integer_attribute(hid_t object, const std::string& name) {
  const H5Attribute attribute{H5Aopen(object, name.c_str(), H5P_DEFAULT)};
  const H5Dataspace space{H5Aget_space(attribute.get())};
  if (H5Sget_simple_extent_npoints(space.get()) != 1)
    throw Error(fmt::format("HDF5 attribute '{}' is not one integer; expected a file that circo wrote", name));
  std::int32_t value = 0;
  h5_check(H5Aread(attribute.get(), H5T_NATIVE_INT32, &value));
  return value;
}

}  // namespace circo
