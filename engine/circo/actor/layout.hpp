#pragma once

#include <concepts>
#include <cstddef>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <cereal/archives/binary.hpp>

#include <circo/actor/addr.hpp>
#include <circo/actor/serialize.hpp>

namespace circo {

/// What can be told of how the state of a type is saved, so that a checkpoint of another program is refused in place of
/// misread: `layout_of<T>()`. Two types with the same text may still differ: in the order of members of one type, in
/// classes with private members, in what containers hold. A type tells such versions of itself apart by
/// `static constexpr int version` (or a std::string_view).

namespace detail {

inline constexpr std::size_t most_leaves = 32;

/// Becomes any member that is no aggregate; of aggregates and arrays, the members of which then each take one.
struct AnyLeaf {
  template <class V>
  requires(!std::is_aggregate_v<V>) operator V() const;
};
template <std::size_t>
using AnyLeafAt = AnyLeaf;

template <class U>
struct LeafOf {
  template <std::same_as<U> V>
  operator V() const;
};
struct PointerLeaf {
  template <class V>
  requires std::is_pointer_v<V>
  operator V() const;
};
template <std::size_t Size>
struct EnumLeaf {
  template <class V>
  requires(std::is_enum_v<V> && sizeof(V) == Size) operator V() const;
};
template <std::size_t Size>
struct ClassLeaf {
  template <class V>
  requires(std::is_class_v<V> && !std::is_aggregate_v<V> && sizeof(V) == Size) operator V() const;
};

/// Whether the i-th leaf of T can be a Leaf.
template <class T, class Leaf, std::size_t... i>
constexpr bool takes(std::index_sequence<i...>) {
  return requires { T{AnyLeafAt<i>{}..., Leaf{}}; };
}

template <class T, std::size_t i>
constexpr std::string_view leaf_name() {
  constexpr std::make_index_sequence<i> before{};
  if constexpr (!takes<T, AnyLeaf>(before)) return "";
#define CIRCO_LEAF(leaf, text) else if constexpr (takes<T, leaf>(before)) return text;
  CIRCO_LEAF(LeafOf<double>, "double")
  CIRCO_LEAF(LeafOf<float>, "float")
  CIRCO_LEAF(LeafOf<int>, "int")
  CIRCO_LEAF(LeafOf<unsigned>, "unsigned")
  CIRCO_LEAF(LeafOf<long>, "long")
  CIRCO_LEAF(LeafOf<unsigned long>, "unsigned long")
  CIRCO_LEAF(LeafOf<Addr>, "Addr")
  CIRCO_LEAF(LeafOf<bool>, "bool")
  CIRCO_LEAF(LeafOf<char>, "char")
  CIRCO_LEAF(LeafOf<unsigned char>, "unsigned char")
  CIRCO_LEAF(LeafOf<signed char>, "signed char")
  CIRCO_LEAF(LeafOf<short>, "short")
  CIRCO_LEAF(LeafOf<unsigned short>, "unsigned short")
  CIRCO_LEAF(LeafOf<long long>, "long long")
  CIRCO_LEAF(LeafOf<unsigned long long>, "unsigned long long")
  CIRCO_LEAF(PointerLeaf, "pointer")
  CIRCO_LEAF(EnumLeaf<1>, "enum of 1 byte")
  CIRCO_LEAF(EnumLeaf<2>, "enum of 2 bytes")
  CIRCO_LEAF(EnumLeaf<4>, "enum of 4 bytes")
  CIRCO_LEAF(EnumLeaf<8>, "enum of 8 bytes")
  CIRCO_LEAF(ClassLeaf<4>, "class of 4 bytes")
  CIRCO_LEAF(ClassLeaf<8>, "class of 8 bytes")
  CIRCO_LEAF(ClassLeaf<16>, "class of 16 bytes")
  CIRCO_LEAF(ClassLeaf<24>, "class of 24 bytes")
  CIRCO_LEAF(ClassLeaf<32>, "class of 32 bytes")
#undef CIRCO_LEAF
  else return "other";
}

template <class T, std::size_t... i>
std::vector<std::string> leaves_of(std::index_sequence<i...>) {
  std::vector<std::string> names;
  for (const std::string_view name : {leaf_name<T, i>()...}) {
    if (name.empty()) break;
    names.emplace_back(name);
  }
  return names;
}

/// Notes the size of each piece that is written.
class SizeSink : public std::streambuf {
 public:
  std::vector<std::string> sizes;

 protected:
  std::streamsize xsputn(const char*, std::streamsize n) override {
    sizes.push_back(std::to_string(n));
    return n;
  }
};

/// Sizes of what an empty T archives, one after another.
template <class T>
std::vector<std::string> archived_sizes() {
  SizeSink sink;
  try {
    std::ostream stream{&sink};
    const T value{};
    cereal::BinaryOutputArchive{stream}(value);
  } catch (...) {
    return {};
  }
  return std::move(sink.sizes);
}

/// "int, double x3".
inline std::string listed_runs(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size();) {
    std::size_t end = i;
    while (end < names.size() && names[end] == names[i]) ++end;
    text += (text.empty() ? "" : ", ") + names[i] + (end - i > 1 ? " x" + std::to_string(end - i) : "");
    i = end;
  }
  return text;
}

template <class T>
concept Versioned = requires {
  typename std::integral_constant<const void*, static_cast<const void*>(&T::version)>;  // static, that is
};

template <class T>
std::string version_of() {
  if constexpr (!Versioned<T>) {
    return "";
  } else if constexpr (std::convertible_to<decltype(T::version), std::string_view>) {
    return "version " + std::string{std::string_view{T::version}};
  } else {
    return "version " + std::to_string(T::version);
  }
}

/// `serialize` is the same for saving and loading, so it works on what has just been made.
template <class T>
inline constexpr bool archives_itself =
    std::default_initializable<T> && (cereal::traits::has_member_serialize<T, cereal::BinaryOutputArchive>::value ||
                                      cereal::traits::has_non_member_serialize<T, cereal::BinaryOutputArchive>::value);

}  // namespace detail

/// One line: members of an aggregate that is saved as bytes, by type and in order, arrays and aggregates in it taken
/// apart, the first 32 of them; sizes of the pieces that an empty object archives with `serialize`; and the type's
/// `version`, which for types with `serialize` is all. Empty when nothing is known.
template <class T>
std::string layout_of() {
  const std::string version = detail::version_of<T>();
  std::string text;
  if constexpr (CopiedAsBytes<T>) {
    if constexpr (std::is_aggregate_v<T>)
      text = detail::listed_runs(detail::leaves_of<T>(std::make_index_sequence<detail::most_leaves>{}));
  } else if constexpr (!detail::Versioned<T> && detail::archives_itself<T>) {
    text = detail::listed_runs(detail::archived_sizes<T>());
    if (!text.empty()) text = "archives bytes " + text;
  }
  return text.empty() || version.empty() ? text + version : text + ", " + version;
}

}  // namespace circo
