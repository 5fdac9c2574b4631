#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include <circo/actor/layout.hpp>

namespace {

using namespace circo;

struct Point {
  float x, y, z;
};
struct Body {
  float mass;
  int id;
  Addr next;
};
struct Swapped {
  int id;
  float mass;
  Addr next;
};
struct Mixed {
  enum class Kind : std::uint16_t { one };
  Point at;
  std::uint64_t bulk[4];
  std::array<char, 3> letters;
  bool is;
  Kind kind;
  const double* table;
  std::optional<double> maybe;
};
struct Derived : Point {
  int more;
  static constexpr int version = 3;
};
struct Nothing {};
struct Many {
  double values[100];
};
struct Referring {
  int a;
  int& b;
};
struct Bits {
  unsigned a : 3, b : 5;
};
struct WithMembers {
  int version = 2;
  double name = 0;
};
class Closed {
 public:
  static constexpr std::string_view version = "b2";

 private:
  [[maybe_unused]] int a_ = 0;
};

struct Archived {
  std::vector<int> values;
  std::string text;
  double real = 0;
  int whole = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(whole, real, values, text);
  }
};
struct Reordered : Archived {
  template <class Archive>
  void serialize(Archive& archive) {
    archive(real, whole, values, text);
  }
};
struct Owning {
  std::unique_ptr<Archived> owned;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(owned);
  }
};
struct ArchivedVersion : Archived {
  static constexpr int version = 7;
};
struct Throwing {
  std::string text;
  template <class Archive>
  void serialize(Archive&) {
    throw 1;
  }
};

TEST_CASE("members that are swapped or of another type are another layout") {
  CHECK(layout_of<Body>() == "float, int, Addr");
  CHECK(layout_of<Swapped>() == "int, float, Addr");
}

TEST_CASE("arrays and aggregates are taken apart") {
  CHECK(layout_of<Mixed>().starts_with("float x3, unsigned long x4, char x3, bool, enum of 2 bytes, pointer, "));
  CHECK(layout_of<Many>() == "double x32");
  CHECK(layout_of<Bits>() == "unsigned x2");
}

TEST_CASE("a version that a type has of itself is part of it; a member of that name is not") {
  CHECK(layout_of<Derived>() == "float x3, int, version 3");
  CHECK(layout_of<Closed>() == "version b2");
  CHECK(layout_of<WithMembers>() == "int, double");
  CHECK(layout_of<ArchivedVersion>() == "version 7");
}

TEST_CASE("types with serialize are told by the sizes of what they archive") {
  CHECK(layout_of<Archived>() != layout_of<Reordered>());
  CHECK(layout_of<Archived>().starts_with("archives bytes 4, 8 x2"));
  CHECK(layout_of<Reordered>().starts_with("archives bytes 8, 4, 8"));
  CHECK(layout_of<Owning>() == "archives bytes 1");
}

TEST_CASE("of what nothing is known nothing is said") {
  CHECK(layout_of<Nothing>().empty());
  CHECK(layout_of<Referring>().empty());
  CHECK(layout_of<Throwing>().empty());
}

}  // namespace
