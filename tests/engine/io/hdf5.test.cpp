#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "scratch_folder.hpp"
#include <circo/error.hpp>
#include <circo/io/hdf5.hpp>

using namespace circo;

namespace {

/// A file that is only in memory.
H5File memory_file() {
  const H5PropertyList access{H5Pcreate(H5P_FILE_ACCESS)};
  h5_check(H5Pset_fapl_core(access.get(), 1 << 16, false));
  return H5File{H5Fcreate("in_memory.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access.get())};
}

std::string text_of_error(auto&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

static_assert(!std::is_copy_constructible_v<H5File> && !std::is_copy_assignable_v<H5File>);
static_assert(std::is_nothrow_move_constructible_v<H5File> && std::is_nothrow_move_assignable_v<H5File>);
static_assert(std::is_nothrow_destructible_v<H5File>);

}  // namespace

TEST_CASE("a handle closes its identifier when it goes, once, wherever it was moved") {
  H5Dataspace outer;
  CHECK_FALSE(outer);
  hid_t id;
  {
    H5Dataspace inner{H5Screate(H5S_SCALAR)};
    id = inner.get();
    outer = std::move(inner);
    CHECK_FALSE(inner);
  }
  CHECK(H5Iis_valid(id) > 0);
  outer = H5Dataspace{H5Screate(H5S_SCALAR)};
  CHECK(H5Iis_valid(id) == 0);
  id = outer.get();
  outer.close();
  CHECK(H5Iis_valid(id) == 0);
  CHECK_NOTHROW(outer.close());
}

TEST_CASE("close reports an error, the destructor does not throw") {
  H5Dataspace space{H5Screate(H5S_SCALAR)};
  H5Sclose(space.get());
  CHECK_THROWS_AS(space.close(), Error);
  CHECK_FALSE(space);
  CHECK_NOTHROW([] {
    const H5Dataspace dropped{H5Screate(H5S_SCALAR)};
    H5Sclose(dropped.get());
  }());
}

TEST_CASE("an error says which call failed, the system's reason and where, in one line") {
  const std::string text =
      text_of_error([] { H5File{H5Fopen("/no/such/folder/file.h5", H5F_ACC_RDONLY, H5P_DEFAULT)}; });
  CHECK_MESSAGE(text.starts_with("HDF5 failed in H5Fopen: No such file or directory (hdf5.test.cpp:"), text);
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("an error leaves nothing behind for the next one") {
  text_of_error([] { h5_check(H5Fopen("/no/such/folder/file.h5", H5F_ACC_RDONLY, H5P_DEFAULT)); });
  CHECK(H5Eget_num(H5E_DEFAULT) == 0);
}

TEST_CASE("texts come back from attributes as they were, also empty and not in English") {
  const H5File file = memory_file();
  for (const std::string text : {"", "a", "Schäffer Krisztián", "--actors=4000 --out \"x y\""}) {
    const H5Group group = h5_create_group(file.get(), "group " + text);
    h5_write_attribute(group.get(), "text", text);
    CHECK(h5_read_text_attribute(group.get(), "text") == text);
  }
}

TEST_CASE("an attribute that is no text, or none, is an error that names it") {
  const H5File file = memory_file();
  h5_write_attribute(file.get(), "version", std::array<std::int32_t, 2>{1, 1});
  CHECK(text_of_error([&] { h5_read_text_attribute(file.get(), "version"); }).find("'version'") != std::string::npos);
  CHECK(text_of_error([&] { h5_read_text_attribute(file.get(), "author"); }).find("author") != std::string::npos);
}

TEST_CASE("integers and lists of texts have the types and shapes that other readers expect") {
  const H5File file = memory_file();
  h5_write_attribute(file.get(), "dimension", 3);
  h5_write_attribute(file.get(), "version", std::array<std::int32_t, 2>{1, 1});
  h5_write_attribute(file.get(), "boundary", std::array<std::string, 3>{"none", "periodic", ""});

  const H5Attribute dimension{H5Aopen(file.get(), "dimension", H5P_DEFAULT)};
  const H5Dataspace scalar{H5Aget_space(dimension.get())};
  CHECK(H5Sget_simple_extent_type(scalar.get()) == H5S_SCALAR);
  int value = 0;
  h5_check(H5Aread(dimension.get(), H5T_NATIVE_INT, &value));
  CHECK(value == 3);

  const H5Attribute boundary{H5Aopen(file.get(), "boundary", H5P_DEFAULT)};
  const H5Dataspace three{H5Aget_space(boundary.get())};
  CHECK(H5Sget_simple_extent_npoints(three.get()) == 3);
  const H5Datatype type{H5Aget_type(boundary.get())};
  REQUIRE(H5Tget_size(type.get()) == 8);
  std::array<char, 24> texts;
  h5_check(H5Aread(boundary.get(), type.get(), texts.data()));
  CHECK(std::string(texts.data(), 8) == std::string("none\0\0\0\0", 8));
  CHECK(std::string(&texts[8], 8) == "periodic");
}
