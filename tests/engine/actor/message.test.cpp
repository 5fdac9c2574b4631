#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <cereal/types/map.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <doctest/doctest.h>

#include <circo/actor/dispatch.hpp>
#include <circo/scheduler/context.hpp>

namespace {

using namespace circo;

struct Nothing {};

struct Odd {
  char letters[5];
};

struct Row {
  using Values = double;
  int number;
};

struct Byte {
  using Values = std::uint8_t;
};

struct Letter {
  std::string text;
  std::map<int, std::vector<double>> tables;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text, tables);
  }
};

struct Parcel {
  using Values = float;
  std::string label;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(label);
  }
};

struct Reader {
  using Receives = Messages<Nothing, Odd, Row, Byte, Letter>;
  void on(const Nothing&, Context&) {}
  void on(const Odd&, Context&) {}
  void on(const Row&, std::span<const double>, Context&) {}
  void on(const Byte&, std::span<const std::uint8_t>, Context&) {}
  void on(const Letter&, Context&) {}
};

struct Unpackable {
  int* elsewhere;
  Unpackable(const Unpackable&) {}  // neither trivially copyable nor serializable
};
struct alignas(16) Overaligned {
  double values[2];
};

static_assert(Message<Nothing> && Message<Odd> && Message<Letter> && ArrayMessage<Row> && !ArrayMessage<Odd>);
static_assert(!Message<Unpackable> && !Message<Overaligned> && !Message<int>);
static_assert(Body<Nothing>::size == 0 && Body<Odd>::size == 8 && Body<Row>::size == 8);
static_assert(!Body<Letter>::fixed_size && Body<Odd>::fixed_size);

/// A scheduler with one actor, to which messages can be sent from outside.
struct Post {
  Dispatch dispatch = ActorTypes<Reader>::bind();
  Scheduler scheduler{0, dispatch, {}};
  Context context{scheduler};
  Addr reader = scheduler.spawn(actor_number<Reader>, {}, [](void* state) { Context::construct<Reader>(state); }).addr;

  /// The record that has been sent last.
  const Envelope& sent() {
    const Envelope* last = nullptr;
    scheduler.mailbox().for_each_record([&](const Envelope& record) { last = &record; });
    return *last;
  }
};

TEST_CASE("an empty message is an envelope and nothing else") {
  Post post;
  post.context.send(post.reader, Nothing{});
  CHECK(post.sent().size == sizeof(Envelope));
  CHECK(post.sent().to == post.reader);
  CHECK(post.sent().from == Addr{});
  CHECK(post.sent().message == message_number<Nothing>);
  CHECK(post.sent().infoton() == nullptr);
}

TEST_CASE("a trivially copyable message lies in the record as it is, padded to 8 bytes") {
  Post post;
  post.context.send(post.reader, Odd{"abcd"});
  CHECK(post.sent().size == sizeof(Envelope) + 8);
  Body<Odd>::read(post.sent().body(), [&](const Odd& odd) {
    CHECK(std::string{odd.letters} == "abcd");
    CHECK(static_cast<const void*>(&odd) == post.sent().body());
  });
}

TEST_CASE("an array goes behind its message, whatever its length") {
  Post post;
  for (const std::size_t n : {0, 1, 2, 3, 1000, 100000}) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i) + 0.5;
    post.context.send(post.reader, Row{static_cast<int>(n)}, values);
    CHECK(post.sent().size == sizeof(Envelope) + 8 + 8 + 8 * n);
    Body<Row>::read(post.sent().body(), [&](const Row& row, std::span<const double> got) {
      CHECK(row.number == static_cast<int>(n));
      CHECK(std::vector(got.begin(), got.end()) == values);
    });
  }
}

TEST_CASE("an array of bytes behind an empty message is padded, and keeps its length") {
  Post post;
  for (std::uint8_t n = 0; n < 20; ++n) {
    const std::vector<std::uint8_t> values(n, n);
    post.context.send(post.reader, Byte{}, values);
    CHECK(post.sent().size == sizeof(Envelope) + 8 + padded(n));
    Body<Byte>::read(post.sent().body(), [&](const Byte&, std::span<const std::uint8_t> got) {
      CHECK(std::vector(got.begin(), got.end()) == values);
    });
  }
}

TEST_CASE("a message with cereal arrives with all its containers") {
  Post post;
  for (const std::size_t length : {0, 1, 7, 8, 9, 5000}) {
    const Letter letter{std::string(length, 'x'), {{1, {1.5, 2.5}}, {-7, {}}}};
    post.context.send(post.reader, letter);
    CHECK(post.sent().size % 8 == 0);
    Body<Letter>::read(post.sent().body(), [&](const Letter& got) {
      CHECK(got.text == letter.text);
      CHECK(got.tables == letter.tables);
    });
  }
}

TEST_CASE("a message with cereal may carry an array too") {
  const auto encoded = Body<Parcel>::encode({"to the moon"});
  const std::array<float, 3> values{1, 2, 3};
  Bytes body(encoded.begin(), encoded.end());
  append(body, std::uint64_t{values.size()});
  append(body, std::as_bytes(std::span{values}));
  Body<Parcel>::read(body.data(), [&](const Parcel& parcel, std::span<const float> got) {
    CHECK(parcel.label == "to the moon");
    CHECK(std::ranges::equal(got, values));
  });
}

TEST_CASE("cereal data that ends early is an error, not garbage") {
  const auto encoded = Body<Letter>::encode({std::string(100, 'x'), {}});
  Letter letter;
  CHECK_THROWS(load_cereal(letter, encoded.subspan(8, 50)));
}

TEST_CASE("a message of 16 MiB passes, a larger one is refused with its name, its size and what to do") {
  Post post;
  const std::vector<double> fits((max_message_bytes - 16) / sizeof(double));
  CHECK_NOTHROW(post.context.send(post.reader, Row{}, fits));
  CHECK(post.sent().size == sizeof(Envelope) + max_message_bytes);
  CHECK_THROWS_AS(post.context.send(post.reader, Row{}, std::vector<double>(fits.size() + 1)), Error);
  const std::vector<double> too_many(max_message_bytes / sizeof(double) + 1);
  CHECK_THROWS_WITH_AS(post.context.send(post.reader, Row{}, too_many),
                       "message Row has 16777240 bytes; a message may have 16777216 at most: send it in parts", Error);
  const Letter long_letter{std::string(max_message_bytes + 1, 'x'), {}};
  CHECK_THROWS_AS(post.context.send(post.reader, long_letter), Error);
  CHECK(post.scheduler.counts().sent == 1);
}

TEST_CASE("a message that no actor of the model receives cannot be sent") {
  Post post;
  CHECK_THROWS_WITH_AS(post.context.send(post.reader, Parcel{}, {}),
                       "message Parcel is received by no actor type of the model", Error);
}

TEST_CASE("an infoton lies between envelope and body") {
  Post post;
  post.scheduler.set_position({1, 2, 3});
  post.scheduler.set_infoton_every(1);
  post.context.send(post.reader, Odd{"abcd"}, 2.5f);
  REQUIRE(post.sent().infoton() != nullptr);
  CHECK(post.sent().infoton()->energy == 2.5f);
  CHECK(post.sent().infoton()->source == Position{1, 2, 3});
  Body<Odd>::read(post.sent().body(), [](const Odd& odd) { CHECK(std::string{odd.letters} == "abcd"); });
  post.context.send(post.reader, Odd{"abcd"}, 0);
  CHECK(post.sent().infoton() == nullptr);
}

TEST_CASE("one message in a given number carries an infoton in the mean, with as many times the energy") {
  Post post;
  post.scheduler.set_infoton_every(10);
  for (int i = 0; i < 20000; ++i) post.context.send(post.reader, Nothing{});
  int infotons = 0;
  post.scheduler.mailbox().for_each_record([&](const Envelope& record) {
    if (record.infoton() == nullptr) return;
    ++infotons;
    CHECK(record.infoton()->energy == 10);
  });
  CHECK(infotons > 1800);
  CHECK(infotons < 2200);
}

TEST_CASE("a reader of bytes says what is missing when they run short") {
  Bytes bytes;
  append(bytes, 7);
  ByteReader reader{bytes};
  CHECK(reader.get<int>() == 7);
  CHECK(reader.empty());
  CHECK_THROWS_WITH_AS(reader.get<char>(), "internal data ends early: expected 1 more bytes, found 0", Error);
}

}  // namespace
