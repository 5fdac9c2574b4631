#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <istream>
#include <ostream>
#include <span>
#include <streambuf>
#include <type_traits>
#include <vector>

#include <cereal/archives/binary.hpp>

#include <circo/error.hpp>

namespace circo {

using Bytes = std::vector<std::byte>;

/// Copied as bytes. Alignment above 8 is refused because records are aligned to 8 bytes.
template <class T>
concept CopiedAsBytes = std::is_trivially_copyable_v<T>;

/// Has a cereal `serialize` or `save`/`load`, and can be made empty before it is loaded.
template <class T>
concept CerealSerializable =
    std::default_initializable<T> && cereal::traits::is_output_serializable<T, cereal::BinaryOutputArchive>::value &&
    cereal::traits::is_input_serializable<T, cereal::BinaryInputArchive>::value;

inline void append(Bytes& out, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const std::size_t end = out.size();
  out.resize(end + bytes.size());
  std::memcpy(out.data() + end, bytes.data(), bytes.size());
}

template <CopiedAsBytes T>
requires(!std::convertible_to<const T&, std::span<const std::byte>>) void append(Bytes& out, const T& value) {
  append(out, std::as_bytes(std::span{&value, 1}));
}

namespace detail {

class ByteSink : public std::streambuf {
 public:
  explicit ByteSink(Bytes& out) : out_{out} {}

 protected:
  std::streamsize xsputn(const char* data, std::streamsize n) override {
    append(out_, std::as_bytes(std::span{data, static_cast<std::size_t>(n)}));
    return n;
  }
  int_type overflow(int_type c) override {
    out_.push_back(static_cast<std::byte>(c));
    return c;
  }

 private:
  Bytes& out_;
};

class ByteSource : public std::streambuf {
 public:
  explicit ByteSource(std::span<const std::byte> in) {
    auto* begin = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
    setg(begin, begin, begin + in.size());
  }
};

}  // namespace detail

/// Appends `value` to `out` in cereal's binary form.
template <CerealSerializable T>
void save_cereal(const T& value, Bytes& out) {
  detail::ByteSink sink{out};
  std::ostream stream{&sink};
  cereal::BinaryOutputArchive{stream}(value);
}

template <CerealSerializable T>
void load_cereal(T& value, std::span<const std::byte> in) {
  detail::ByteSource source{in};
  std::istream stream{&source};
  cereal::BinaryInputArchive{stream}(value);
}

/// Reads values and byte ranges off a buffer in the order in which they were appended. Throws Error when it runs short.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> in) : in_{in} {}

  bool empty() const { return in_.empty(); }
  std::span<const std::byte> rest() const { return in_; }
  std::span<const std::byte> take(std::size_t n) {
    if (n > in_.size())
      throw Error("internal data ends early: expected " + std::to_string(n) + " more bytes, found " +
                  std::to_string(in_.size()));
    auto taken = in_.first(n);
    in_ = in_.subspan(n);
    return taken;
  }
  template <CopiedAsBytes T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

 private:
  std::span<const std::byte> in_;
};

}  // namespace circo
