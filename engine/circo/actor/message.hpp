#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <circo/actor/addr.hpp>
#include <circo/actor/position.hpp>
#include <circo/actor/serialize.hpp>

namespace circo {

/// What actors send: any class that is trivially copyable (alignment at most 8) or serializable with cereal. A message
/// that carries an array names the type of its values: `using Values = double;`, and is sent with a span.
template <class M>
concept Message = std::is_class_v<M> &&((CopiedAsBytes<M> && alignof(M) <= 8) || CerealSerializable<M>);

template <class M>
concept ArrayMessage = Message<M> && CopiedAsBytes<typename M::Values> && alignof(typename M::Values) <= 8;

/// The list of messages that an actor type receives: `using Receives = circo::Messages<Grow, Grown>;`
template <Message... Ms>
struct Messages {};

/// Number of a message type in the running model.
using MessageNumber = std::uint16_t;
inline constexpr MessageNumber unbound_message = 0xFFFF;
template <Message M>
inline MessageNumber message_number = unbound_message;  // set when a model is bound, see model.hpp

inline constexpr std::size_t max_message_bytes = 16u << 20;

/// Source position and energy; positive energy pulls the receiver, negative pushes it.
struct Infoton {
  Position source;
  float energy;
};

/// Head of a record: an envelope, then the body, then the infoton when `has_infoton`, with the address of the actor
/// that has forwarded the message in front of it when `is_forwarded`. They lie at the end, so that the place of the
/// body is known before the flags have been read. 8-byte aligned, no padding.
struct Envelope {
  Addr to;
  Addr from;
  std::uint32_t size;  ///< bytes of the whole record, a multiple of 8
  MessageNumber message;
  std::uint16_t flags;

  static constexpr std::uint16_t has_infoton = 1;
  static constexpr std::uint16_t is_death_note = 2;  ///< tells the home that `to` is dead; has no body
  static constexpr std::uint16_t is_presumed = 4;    ///< put into its sender's mailbox without a look at where `to` is
  static constexpr std::uint16_t is_forwarded = 8;   ///< the infoton is not that of `from`; only with has_infoton

  const Infoton* infoton() const {
    return flags & has_infoton ? reinterpret_cast<const Infoton*>(end() - sizeof(Infoton)) : nullptr;
  }
  /// The actor that the infoton comes from: who pulls the receiver, or pushes it. Only with an infoton.
  Addr infoton_from() const {
    return flags & is_forwarded ? *reinterpret_cast<const Addr*>(end() - sizeof(Infoton) - sizeof(Addr)) : from;
  }
  /// Bytes of the record without the infoton and what belongs to it.
  std::size_t size_without_infoton() const {
    return size - (flags & has_infoton ? sizeof(Infoton) : 0) - (flags & is_forwarded ? sizeof(Addr) : 0);
  }
  const std::byte* body() const { return reinterpret_cast<const std::byte*>(this + 1); }
  /// Behind the record, where the next one may lie.
  const std::byte* end() const { return reinterpret_cast<const std::byte*>(this) + size; }
};
static_assert(sizeof(Envelope) == 24 && sizeof(Infoton) == 16);

constexpr std::size_t padded(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

/// How the body of a message lies in a record: trivially copyable messages as they are (an empty one takes no space),
/// others as length and cereal's bytes; then, for an ArrayMessage, the count and the values. Each part padded to 8.
template <Message M>
class Body {
 public:
  static constexpr bool fixed_size = CopiedAsBytes<M>;
  static constexpr std::size_t size = std::is_empty_v<M> ? 0 : padded(sizeof(M));  // when fixed_size

  static void write(std::byte* to, const M& message) requires fixed_size {
    if constexpr (!std::is_empty_v<M>) std::memcpy(to, &message, sizeof(M));
  }

  /// Bytes of a message with cereal, as they go into the record; the view is valid until this thread's next call.
  static std::span<const std::byte> encode(const M& message) requires(!fixed_size) {
    thread_local Bytes bytes;
    bytes.clear();
    append(bytes, std::uint64_t{0});
    save_cereal(message, bytes);
    const std::uint64_t length = bytes.size() - sizeof(std::uint64_t);
    std::memcpy(bytes.data(), &length, sizeof length);
    bytes.resize(padded(bytes.size()));
    return bytes;
  }

  /// Calls `use` with the message at `from`; with its values too when it has an array.
  template <class Use>
  static void read(const std::byte* from, Use&& use) {
    if constexpr (fixed_size) {
      if constexpr (std::is_empty_v<M>) {
        rest(M{}, from, use);
      } else {
        rest(*reinterpret_cast<const M*>(from), from + size, use);
      }
    } else {
      std::uint64_t length;
      std::memcpy(&length, from, sizeof length);
      M message;
      load_cereal(message, {from + sizeof length, length});
      rest(message, from + padded(sizeof length + length), use);
    }
  }

 private:
  template <class Use>
  static void rest(const M& message, const std::byte* from, Use&& use) {
    if constexpr (ArrayMessage<M>) {
      std::uint64_t count;
      std::memcpy(&count, from, sizeof count);
      use(message, std::span{reinterpret_cast<const typename M::Values*>(from + sizeof count), count});
    } else {
      use(message);
    }
  }
};

}  // namespace circo
